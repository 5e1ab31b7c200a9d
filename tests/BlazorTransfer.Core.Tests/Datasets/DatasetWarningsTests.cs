using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

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
            "The class 'c' has no training images, so it cannot be learned. Add training images, or remove the class. "
                + "Its 3 validation and test images count as mistakes.",
            warning
        );
    }

    [Fact]
    public void Of_ClassesWithoutValidation_NamesThem()
    {
        string warning = Assert.Single(
            DatasetWarnings.Of([new ClassCount("a", 40, 30, 0), new ClassCount("b", 1, 0, 0), new ClassCount("c", 1, 0, 5)])
        );

        Assert.StartsWith("These classes have no validation images", warning, StringComparison.Ordinal);
        Assert.Contains(": 'b', 'c'.", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 10, true)]
    [InlineData(10, 10, false)]
    public void Of_FewValidationImages_IsReportedBelowTwenty(int first, int second, bool isReported)
    {
        IReadOnlyList<Message> warnings = DatasetWarnings.Of([new ClassCount("a", 40, first, 0), new ClassCount("b", 40, second, 0)]);

        Assert.Equal(isReported, warnings.Any(w => w.English.Contains($"{first + second} validation images", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_NamesThatDifferInCase_NamesBoth() =>
        Assert.Contains(
            "differ only in upper and lower case: 'Cats', 'cats'.",
            Assert.Single(DatasetWarnings.Of([new ClassCount("Cats", 40, 20, 0), new ClassCount("cats", 40, 20, 0)])),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Straße", "STRASSE", "look alike: 'Straße', 'STRASSE'.")]
    [InlineData("cat", "cat.", "look alike: 'cat', 'cat.'.")]
    [InlineData("cat", "cat\u200B", "look alike: 'cat', 'cat[U+200B]'.")]
    [InlineData("hot dog", "hot_dog", "look alike: 'hot dog', 'hot_dog'.")]
    [InlineData("hot dog", "hot\u00A0dog", "look alike: 'hot dog', 'hot[U+00A0]dog'.")]
    [InlineData("ＣＡＴ", "cat", "look alike: 'ＣＡＴ', 'cat'.")]
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
