using static TorchSharp.torch;

namespace BlazorTransfer.Training.Numerics;

/// <summary>Squared Euclidean distances between rows and the Gaussian kernel exp(−γ|x − y|²) on them. Gradients go through.</summary>
internal static class PairwiseDistances
{
    /// <param name="a">[N, D].</param>
    /// <param name="b">[M, D].</param>
    /// <returns>|aᵢ − bⱼ|², [N, M].</returns>
    public static Tensor Squared(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        // |a|² + |b|² − 2ab loses the digits that a common offset takes. Distances do not see an offset, so that it needs no gradient.
        Tensor offset;
        using (no_grad())
            offset = a.mean([0], keepdim: true);
        Tensor x = a.Minus(offset),
            y = ReferenceEquals(a, b) ? x : b.Minus(offset);
        Tensor norms = x.square().sum([1], keepdim: true).Plus(y.square().sum([1]));
        // Rounding may leave less than nothing.
        return norms.Minus(x.mm(y.t()).Times(2)).relu().MoveToOuterDisposeScope();
    }

    /// <param name="a">[N, D].</param>
    /// <param name="b">[M, D].</param>
    /// <param name="gamma">γ.</param>
    /// <returns>exp(−γ|aᵢ − bⱼ|²), [N, M].</returns>
    public static Tensor Gaussian(Tensor a, Tensor b, double gamma)
    {
        using var scope = NewDisposeScope();
        return Squared(a, b).Times(-gamma).exp().MoveToOuterDisposeScope();
    }
}
