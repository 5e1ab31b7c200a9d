using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

public sealed class TSneTests
{
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
        (Tensor rows, int[] clusters) = Clusters();

        Tensor places = TSne.Embed(rows, CancellationToken.None);

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
        (Tensor rows, _) = Clusters();

        double laid = TSne.Divergence(rows, TSne.Embed(rows, CancellationToken.None)),
            plane = TSne.Divergence(rows, rows.narrow(1, 0, 2));

        Assert.True(laid >= 0 && laid < 0.6 * plane, $"{laid:F3}, and {plane:F3} on the principal plane.");
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
