using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Inputs;

namespace BlazorTransfer.Training.Tests.Runs;

public sealed class BatchSourceTests
{
    [Fact]
    public void ReadShuffled_Balanced_ShowsEveryClassEquallyOften_AndItsImagesAsEvenlyAsThatAllows()
    {
        // 90 good, 7 scratched, 3 dented.
        string[] labels = [.. Enumerable.Repeat("good", 90), .. Enumerable.Repeat("scratch", 7), .. Enumerable.Repeat("dent", 3)];

        int[] order = Recorded(labels, balanced: true);

        Assert.Equal(100, order.Length);
        int[] perClass = [.. order.GroupBy(i => labels[i], StringComparer.Ordinal).Select(g => g.Count())];
        Assert.All(perClass, count => Assert.InRange(count, 33, 34));
        foreach (IGrouping<string, int> drawn in order.GroupBy(i => labels[i], StringComparer.Ordinal))
        {
            int members = labels.Count(l => l == drawn.Key);
            int[] uses = [.. drawn.GroupBy(i => i).Select(g => g.Count())];
            Assert.Equal(Math.Min(members, drawn.Count()), uses.Length);
            Assert.InRange(uses.Max() - uses.Min(), 0, 1);
        }

        Assert.Equal(order, Recorded(labels, balanced: true));
        Assert.NotEqual(order, Recorded(labels, balanced: true, epoch: 2));
    }

    [Fact]
    public void ReadShuffled_ShowsEveryImageOnce()
    {
        int[] order = Recorded(["a", "a", "a", "b"], balanced: false);

        Assert.Equal([0, 1, 2, 3], order.Order());
    }

    private static int[] Recorded(string[] labels, bool balanced, int epoch = 1)
    {
        var source = new Recorder([
            .. labels.Select(
                (label, i) =>
                    new Sample
                    {
                        Sha256 = $"{i}",
                        File = $"{i}.png",
                        Name = $"{i}.png",
                        Label = label,
                        Split = Split.Train,
                        Width = 8,
                        Height = 8,
                    }
            ),
        ]);
        foreach (Batch _ in source.ReadShuffled(10, seed: 4, epoch, balanced, CancellationToken.None))
            Assert.Fail("The recorder gives no batches.");
        return source.Order;
    }

    private sealed class Recorder(IReadOnlyList<Sample> samples) : BatchSource(samples)
    {
        public int[] Order { get; private set; } = [];

        public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
        {
            Order = [.. order];
            return [];
        }
    }
}
