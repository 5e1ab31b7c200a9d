using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Adaptation by weighing the source: images that look like the target's count more, the others less (Huang et al., "Correcting Sample
/// Selection Bias by Unlabeled Data", 2006). It mends covariate shift, where the same image would mean the same in both domains and only
/// some
/// are more frequent there; it cannot bring apart domains together. Weights are of mean one.
/// </summary>
internal abstract class InstanceWeighting(ParameterSet settings) : ShallowAdaptation(settings)
{
    // Kernels on a thousand noisy directions see all images as far apart from all others.
    private const int KernelComponents = 50;

    protected sealed override Alignment Align(DomainFeatures domains, CancellationToken cancel)
    {
        Tensor all = cat([domains.Source, domains.Target]);
        // In rising order.
        (_, Tensor directions) = linalg.eigh(all.t().mm(all));
        long width = directions.shape[1],
            kept = Math.Min(KernelComponents, width);
        Tensor map = directions.narrow(1, width - kept, kept);
        Tensor weights = Weigh(domains.Source.mm(map), domains.Target.mm(map), cancel);
        return new Alignment(Weights: weights / weights.mean().ClampMin(1e-12));
    }

    /// <summary>How much each image of the source counts, [Ns], on any scale.</summary>
    /// <param name="source">[Ns, k], the principal directions of both domains together.</param>
    /// <param name="target">[Nt, k].</param>
    /// <param name="cancel">Stops it.</param>
    protected abstract Tensor Weigh(Tensor source, Tensor target, CancellationToken cancel);
}
