using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Inputs;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

public sealed class DomainPairTests
{
    [Fact]
    public void Read_InTraining_BringsAsManyOfTheTarget_EachOnceBeforeAnyTwice_InAnotherOrderEachEpoch()
    {
        using var pair = new DomainPair(new Numbers(10), new Numbers(4), seed: 3);

        int[] first = TargetsOf(pair, epoch: 1),
            second = TargetsOf(pair, epoch: 2);

        Assert.Equal(10, first.Length);
        Assert.Equal([0, 1, 2, 3], first[..4].Order());
        Assert.Equal([0, 1, 2, 3], first[4..8].Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, TargetsOf(pair, epoch: 1));
    }

    [Fact]
    public void Read_OutsideTraining_HasNoneBesideIt()
    {
        using var pair = new DomainPair(new Numbers(5), new Numbers(4), seed: 3);

        Assert.All(pair.ReadAll(2, CancellationToken.None).ToArray(), b => Assert.Null(b.Target));
        Assert.Equal(4, pair.Target.Samples.Count);
    }

    private static int[] TargetsOf(DomainPair pair, int epoch)
    {
        var numbers = new List<int>();
        foreach (Batch batch in pair.ReadShuffled(4, seed: 1, epoch, balanced: false, CancellationToken.None))
        {
            using Batch own = batch;
            Assert.Equal(batch.Samples.Count, batch.Target!.Samples.Count);
            numbers.AddRange(batch.Target.Samples.Select(s => int.Parse(s.Sha256, System.Globalization.CultureInfo.InvariantCulture)));
        }

        return [.. numbers];
    }

    /// <summary>So many samples that are numbers.</summary>
    private sealed class Numbers(int count)
        : BatchSource([
            .. Enumerable
                .Range(0, count)
                .Select(i => new Sample
                {
                    File = "",
                    Sha256 = $"{i}",
                    Name = "",
                    Split = Split.Train,
                    Width = 1,
                    Height = 1,
                }),
        ])
    {
        public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel) =>
            order
                .Chunk(batchSize)
                .Select(part => new Batch(
                    zeros(part.Length, 1),
                    zeros(part.Length, dtype: ScalarType.Int64),
                    0,
                    [.. part.Select(i => Samples[i])]
                ));
    }
}
