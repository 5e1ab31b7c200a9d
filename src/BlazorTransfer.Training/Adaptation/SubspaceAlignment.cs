using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// Fernando et al., "Unsupervised Visual Domain Adaptation Using Subspace Alignment" (2013). With the first k principal directions Ps and
/// Pt of the domains, [D, k], the source's features go through Ps Psᵀ Pt and the target's through Pt. Both domains are to be centred
/// first, each by its own mean (<see cref="Standardisation"/>); the directions do not depend on the mean, but what is mapped does.
/// </summary>
internal sealed class SubspaceAlignment : IDisposable
{
    private SubspaceAlignment(Tensor sourceMap, Tensor targetMap) => (SourceMap, TargetMap) = (sourceMap, targetMap);

    /// <summary>Ps Psᵀ Pt, [D, k], float64.</summary>
    public Tensor SourceMap { get; }

    /// <summary>Pt, [D, k], float64.</summary>
    public Tensor TargetMap { get; }

    /// <summary>
    /// Singular values below this share of the largest are rounding noise of single-precision features. Their directions are arbitrary:
    /// two devices, or two runs with other thread counts, would give other maps.
    /// </summary>
    private const double SmallestShare = 1e-5;

    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="components">k; reduced to the number of directions in which both domains vary.</param>
    public static SubspaceAlignment Fit(Tensor source, Tensor target, int components)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor ps = Principal(source.to(float64), components),
            pt = Principal(target.to(float64), components);
        long count = Math.Min(ps.shape[1], pt.shape[1]);
        (ps, pt) = (ps.narrow(1, 0, count), pt.narrow(1, 0, count));
        return new SubspaceAlignment(ps.mm(ps.t().mm(pt)).DetachFromDisposeScope(), pt.contiguous().DetachFromDisposeScope());
    }

    public void Dispose()
    {
        SourceMap.Dispose();
        TargetMap.Dispose();
    }

    /// <summary>[N, D] to the first principal directions as columns, [D, at most <paramref name="most"/>].</summary>
    private static Tensor Principal(Tensor features, long most)
    {
        (long samples, long width) = (features.shape[0], features.shape[1]);
        if (samples > width)
        {
            // Eigenvalues are squares of singular values, in ascending order.
            (Tensor values, Tensor vectors) = linalg.eigh(CorrelationAlignment.Covariance(features));
            return vectors.flip(1).narrow(1, 0, Math.Min(most, Varying(values.flip(0), SmallestShare * SmallestShare)));
        }

        (_, Tensor singular, Tensor vt) = linalg.svd(features.Minus(features.mean([0], keepdim: true)), fullMatrices: false);
        return vt.narrow(0, 0, Math.Min(most, Varying(singular, SmallestShare))).t();
    }

    /// <summary>How many of the values, the largest first, are above a share of the first; at least one.</summary>
    private static long Varying(Tensor values, double share)
    {
        double[] descending = values.cpu().data<double>().ToArray();
        return Math.Max(1, descending.TakeWhile(v => v > share * descending[0]).Count());
    }
}
