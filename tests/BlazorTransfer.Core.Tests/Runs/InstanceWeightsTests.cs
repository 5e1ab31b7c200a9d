using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Core.Tests.Runs;

public sealed class InstanceWeightsTests
{
    [Fact]
    public void Of_TellsMultiplesOfTheMean_TheEffectiveSampleSize_AndBothEnds()
    {
        // Mean 2: the weights are 0, 0.05, 0.95 and 3 times that.
        InstanceWeights weights = Of(0, 0.1, 1.9, 6);

        Assert.Equal((4, 0.5), (weights.Images, weights.DroppedShare));
        Assert.Equal(64 / (0.01 + 3.61 + 36), weights.EffectiveSampleSize, 1e-12);
        Assert.Equal([3, 0.95], weights.Heaviest.Select(i => i.Weight));
        Assert.Equal([0, 0.05], weights.Lightest.Select(i => i.Weight));
        Assert.Equal(("3", "c1"), (weights.Heaviest[0].Sha256, weights.Heaviest[0].Label));
        Assert.Equal([2, 0, 0, 1, 0, 1, 0, 0], weights.Histogram.Select(b => b.Images));
        Assert.Equal(
            (0, 0.1, 8, null),
            (weights.Histogram[0].From, weights.Histogram[0].To, weights.Histogram[^1].From, weights.Histogram[^1].To)
        );
    }

    [Fact]
    public void Of_ManyImages_NamesAFewOfEitherEnd_EachOnce()
    {
        InstanceWeights weights = Of([.. Enumerable.Range(0, 500).Select(i => i * 0.01)]);

        Assert.Equal((24, 24), (weights.Heaviest.Count, weights.Lightest.Count));
        Assert.Equal(500, weights.Histogram.Sum(b => b.Images));
        InstanceWeights few = Of(1, 1, 1);
        Assert.Equal(["0", "1", "2"], few.Heaviest.Concat(few.Lightest).Select(i => i.Sha256).Order());
        Assert.Equal(3, few.EffectiveSampleSize, 1e-12);
    }

    [Fact]
    public void Of_NothingThatCounts_IsWorthNoImage()
    {
        InstanceWeights weights = Of(0, 0);

        Assert.Equal((0, 1), (weights.EffectiveSampleSize, weights.DroppedShare));
        Assert.All(weights.Heaviest, i => Assert.Equal(0, i.Weight));
    }

    [Fact]
    public void File_ComesBackAsItWas_AndADamagedOneAsNothing()
    {
        string path = Path.Combine(Path.GetTempPath(), $"blazortransfer-{Guid.NewGuid():N}.json");
        try
        {
            Assert.Null(InstanceWeights.TryLoad(path));
            InstanceWeights weights = Of(1, 3);
            weights.Save(path);
            Assert.Equivalent(weights, InstanceWeights.TryLoad(path), strict: true);
            File.WriteAllText(path, "{\"images\":");
            Assert.Null(InstanceWeights.TryLoad(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static InstanceWeights Of(params double[] weights) =>
        InstanceWeights.Of(
            [
                .. weights.Select(
                    (_, i) =>
                        new Sample
                        {
                            File = "",
                            Sha256 = $"{i}",
                            Name = "",
                            Label = $"c{i % 2}",
                            Split = Split.Train,
                            Width = 1,
                            Height = 1,
                        }
                ),
            ],
            weights
        );
}
