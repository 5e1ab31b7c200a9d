using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// Fernando et al., "Unsupervised Visual Domain Adaptation Using Subspace Alignment" (2013). With the first k principal directions Ps and
/// Pt of the
/// domains, [D, k], the source's features go through Ps Psᵀ Pt and the target's through Pt. Both domains are to be centred first, each by
/// its own mean
/// (<see cref="Standardisation"/>); the directions do not depend on the mean, but what is mapped does.
/// </summary>
internal sealed class SubspaceAlignment : IDisposable
{
    private SubspaceAlignment(Tensor sourceMap, Tensor targetMap) => (SourceMap, TargetMap) = (sourceMap, targetMap);

    /// <summary>Ps Psᵀ Pt, [D, k], float64.</summary>
    public Tensor SourceMap { get; }

    /// <summary>Pt, [D, k], float64.</summary>
    public Tensor TargetMap { get; }

    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="components">k; no more than either domain has directions are given.</param>
    public static SubspaceAlignment Fit(Tensor source, Tensor target, int components)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        long most = new[] { components, source.shape[0], target.shape[0], source.shape[1] }.Min();
        Tensor ps = Principal(source.to(float64), most),
            pt = Principal(target.to(float64), most);
        return new SubspaceAlignment(ps.mm(ps.t().mm(pt)).DetachFromDisposeScope(), pt.DetachFromDisposeScope());
    }

    public void Dispose()
    {
        SourceMap.Dispose();
        TargetMap.Dispose();
    }

    /// <summary>[N, D] to the first directions as columns, [D, count].</summary>
    private static Tensor Principal(Tensor features, long count)
    {
        (long samples, long width) = (features.shape[0], features.shape[1]);
        if (samples > width)
            return linalg.eigh(CorrelationAlignment.Covariance(features)).Item2.narrow(1, width - count, count).flip(1);
        (_, _, Tensor vt) = linalg.svd(features.Minus(features.mean([0], keepdim: true)), fullMatrices: false);
        return vt.narrow(0, 0, count).t();
    }
}
