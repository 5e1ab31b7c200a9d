using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class DatasetWarningsTests
{
    [Fact]
    public void Of_ABalancedDataSet_IsEmpty() =>
        Assert.Empty(DatasetWarnings.Of([new ClassCount("a", 40, 10, 0), new ClassCount("b", 40, 10, 0)]));

    [Fact]
    public void Of_ImagesWithoutLabels_IsEmpty() => Assert.Empty(DatasetWarnings.Of([]));

    [Fact]
    public void Of_AClassOnlyInValidation_SaysThatItCannotBeLearned()
    {
        string warning = Assert.Single(
            DatasetWarnings.Of([new ClassCount("a", 40, 10, 0), new ClassCount("b", 40, 10, 0), new ClassCount("c", 0, 3, 0)])
        );

        Assert.Equal(
            "The class 'c' has no training images, so it cannot be learned. The 3 validation images of this class will count as mistakes. "
                + "Add training images, or remove the class.",
            warning
        );
    }

    [Fact]
    public void Of_ClassesWithoutValidation_NamesThem()
    {
        string warning = Assert.Single(
            DatasetWarnings.Of([new ClassCount("a", 40, 30, 0), new ClassCount("b", 1, 0, 0), new ClassCount("c", 1, 0, 5)])
        );

        Assert.StartsWith("The classes 'b', 'c' have no validation images", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 10, true)]
    [InlineData(10, 10, false)]
    public void Of_FewValidationImages_IsReportedBelowTwenty(int first, int second, bool isReported)
    {
        IReadOnlyList<string> warnings = DatasetWarnings.Of([new ClassCount("a", 40, first, 0), new ClassCount("b", 40, second, 0)]);

        Assert.Equal(isReported, warnings.Any(w => w.Contains($"{first + second} validation images", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_NamesThatDifferInCase_NamesBoth() =>
        Assert.Contains(
            "'Cats' and 'cats' differ only in upper and lower case",
            Assert.Single(DatasetWarnings.Of([new ClassCount("Cats", 40, 20, 0), new ClassCount("cats", 40, 20, 0)])),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Straße", "STRASSE", "'Straße' and 'STRASSE' look alike")]
    [InlineData("cat", "cat.", "'cat' and 'cat.' look alike")]
    [InlineData("cat", "cat\u200B", "'cat' and 'cat[U+200B]' look alike")]
    [InlineData("hot dog", "hot_dog", "'hot dog' and 'hot_dog' look alike")]
    [InlineData("hot dog", "hot\u00A0dog", "'hot dog' and 'hot[U+00A0]dog' look alike")]
    [InlineData("ＣＡＴ", "cat", "'ＣＡＴ' and 'cat' look alike")]
    [InlineData("ΣΟΦΟΣ", "σοφος", "differ only in upper and lower case")]
    public void Of_NamesThatLookAlike_NamesBothAndShowsWhatCannotBeSeen(string first, string second, string expected) =>
        Assert.Contains(
            expected,
            Assert.Single(DatasetWarnings.Of([new ClassCount(first, 40, 20, 0), new ClassCount(second, 40, 20, 0)])),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("1", "1.5")]
    [InlineData("e", "é")]
    [InlineData("class 1", "class 11")]
    [InlineData("c", "c#")]
    [InlineData("...", "-")]
    public void Of_NamesThatAReaderTellsApart_IsSilent(string first, string second) =>
        Assert.Empty(DatasetWarnings.Of([new ClassCount(first, 40, 20, 0), new ClassCount(second, 40, 20, 0)]));
}
