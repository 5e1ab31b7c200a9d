using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class FoldTests
{
    private static readonly DatasetManifest Data = new(
        ["a", "b"],
        [
            .. Enumerable.Range(0, 13).Select(i => Sample("a", i, i < 9 ? Split.Train : Split.Validation)),
            .. Enumerable.Range(13, 8).Select(i => Sample("b", i, Split.Train)),
            .. Enumerable.Range(21, 4).Select(i => Sample(i % 2 == 0 ? "a" : "b", i, Split.Test)),
        ]
    );

    [Fact]
    public void OverAllTurns_EachImageValidatesOnce_AndTestImagesStayAside()
    {
        DatasetManifest[] turns = [.. Enumerable.Range(0, 4).Select(i => new Fold(i, 4).Apply(Data))];

        string[] validated = [.. turns.SelectMany(t => t.Of(Split.Validation)).Select(s => s.Sha256)];
        Assert.Equal(Data.Samples.Where(s => s.Split != Split.Test).Select(s => s.Sha256).Order(), validated.Order());
        Assert.All(turns, t => Assert.Equal(Data.Of(Split.Test), t.Of(Split.Test)));
        Assert.All(turns, t => Assert.Equal(Data.Samples.Count, t.Samples.Count));
    }

    [Fact]
    public void EachPart_HasTheClassesInProportion_AndIsAsLargeAsTheOthers()
    {
        foreach (int i in Enumerable.Range(0, 4))
        {
            IReadOnlyList<Sample> validation = new Fold(i, 4).Apply(Data).Of(Split.Validation);
            Assert.InRange(validation.Count, 5, 6);
            Assert.InRange(validation.Count(s => s.Label == "a"), 3, 4);
            Assert.Equal(2, validation.Count(s => s.Label == "b"));
        }
    }

    [Fact]
    public void Parts_DependOnTheSeedAndTheImages_NotOnTheirOrder()
    {
        static HashSet<string> Validated(DatasetManifest data, int seed) =>
            [.. new Fold(1, 3, seed).Apply(data).Of(Split.Validation).Select(s => s.Sha256)];

        Assert.Equal(Validated(Data, 0), Validated(Data with { Samples = [.. Data.Samples.Reverse()] }, 0));
        Assert.NotEqual(Validated(Data, 0), Validated(Data, 1));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 3)]
    [InlineData(3, 3)]
    public void FoldThatDoesNotExist_IsRefused(int index, int count) => Assert.NotNull(new Fold(index, count).Check());

    private static Sample Sample(string label, int number, Split split) =>
        new()
        {
            File = $"{number}",
            Name = $"{number}",
            Sha256 = $"hash{number}",
            Label = label,
            Split = split,
            Width = 1,
            Height = 1,
        };
}
