using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

public sealed class TSneTests(TSneTests.Laid laid) : IClassFixture<TSneTests.Laid>
{
    /// <summary>The clusters and their places, which take a thousand steps.</summary>
    public sealed class Laid : IDisposable
    {
        public Laid()
        {
            using var scope = NewDisposeScope();
            (Tensor rows, Clusters) = TSneTests.Clusters();
            Rows = rows.MoveToOuterDisposeScope();
            Places = TSne.Embed(rows, CancellationToken.None).MoveToOuterDisposeScope();
        }

        public Tensor Rows { get; }
        public Tensor Places { get; }
        public int[] Clusters { get; }

        public void Dispose()
        {
            Rows.Dispose();
            Places.Dispose();
        }
    }

    /// <summary>Four clusters around the corners of a simplex, whose first two principal components cannot hold them apart.</summary>
    private static (Tensor Rows, int[] Clusters) Clusters()
    {
        manual_seed(0);
        int[] clusters = [.. Enumerable.Range(0, 120).Select(i => i % 4)];
        Tensor rows = randn([120, 6], dtype: ScalarType.Float64)
            .Times(0.3)
            .Plus(nn.functional.one_hot(tensor([.. clusters.Select(c => (long)c)]), 6).to(float64).Times(3));
        (Tensor u, Tensor s, _) = linalg.svd(rows.Minus(rows.mean([0], keepdim: true)), fullMatrices: false);
        return (u * s, clusters);
    }

    [Fact]
    public void Neighbours_StayNeighbours_AndNothingIsDrawn()
    {
        using var scope = NewDisposeScope();
        (Tensor rows, Tensor places, int[] clusters) = (laid.Rows, laid.Places, laid.Clusters);

        Assert.Equal([120, 2], places.shape);
        Tensor distances = PairwiseDistances.Squared(places, places);
        distances.diagonal().fill_(1e9);
        long[] nearest = distances.argmin(1).data<long>().ToArray();
        Assert.All(nearest.Select((n, i) => (n, i)), pair => Assert.Equal(clusters[pair.i], clusters[pair.n]));
        Assert.True(TSne.Embed(rows, CancellationToken.None).equal(places).all().item<bool>());
        Assert.Equal(0, places.mean([0]).norm().item<double>(), 1e-9);
    }

    [Fact]
    public void Divergence_IsFarBelowThatOfThePrincipalPlane()
    {
        using var scope = NewDisposeScope();

        double found = TSne.Divergence(laid.Rows, laid.Places),
            plane = TSne.Divergence(laid.Rows, laid.Rows.narrow(1, 0, 2));

        Assert.True(found >= 0 && found < 0.6 * plane, $"{found:F3}, and {plane:F3} on the principal plane.");
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(10, 1)]
    public void FewRowsOrOneColumn_HavePlaces(int count, int columns)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);

        Tensor places = TSne.Embed(randn([count, columns]), CancellationToken.None),
            alike = TSne.Embed(zeros(count, columns), CancellationToken.None);

        Assert.True(places.isfinite().all().item<bool>());
        Assert.True(alike.isfinite().all().item<bool>());
    }

    [Fact]
    public void Cancelled_StopsAtTheNextStep() =>
        Assert.Throws<OperationCanceledException>(() => TSne.Embed(rand(20, 3), new CancellationToken(canceled: true)));
}
