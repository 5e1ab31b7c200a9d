using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// How far apart two samples' means are in the feature space of a kernel, squared: mean k(s, s′) + mean k(t, t′) − 2 mean k(s, t) (Gretton
/// et
/// al., "A Kernel Two-Sample Test", 2012), the biased estimate, which is never negative. The samples are [Ns, D] and [Nt, D]; the values
/// are
/// scalars through which gradients go to both.
/// </summary>
internal static class MaximumMeanDiscrepancy
{
    // γ·(mean squared distance) of the kernels, 2ᵏ with k = −2…2, as DAN has them.
    private static readonly double[] Scales = [0.25, 0.5, 1, 2, 4];

    /// <summary>With the kernel k(x, y) = x·y: the squared distance of the means.</summary>
    public static Tensor Linear(Tensor source, Tensor target)
    {
        using var scope = NewDisposeScope();
        return source.mean([0]).Minus(target.mean([0])).square().sum().MoveToOuterDisposeScope();
    }

    /// <summary>With the kernel Σ_γ exp(−γ|x − y|²) over the given γ.</summary>
    public static Tensor MultiGaussian(Tensor source, Tensor target, IReadOnlyList<double> gammas) => Joint([source], [target], [gammas]);

    /// <summary>
    /// With the kernel Σₖ exp(−|x − y|²/(2ᵏ m)), k = −2…2, where m is the mean squared distance between two rows of the batch and is not
    /// learnt
    /// through: Long et al., "Learning Transferable Features with Deep Adaptation Networks" (2015).
    /// </summary>
    public static Tensor MultiScale(Tensor source, Tensor target) => Joint([source], [target], [null]);

    /// <summary>
    /// Between the joint distributions of several layers, with the product over the layers of their kernels: Long et al., "Deep Transfer
    /// Learning
    /// with Joint Adaptation Networks" (2017).
    /// </summary>
    /// <param name="source">[Ns, D_l] for each layer l.</param>
    /// <param name="target">[Nt, D_l] for each layer l.</param>
    /// <param name="gammas">The γ of each layer's kernel Σ_γ exp(−γ|x − y|²); null takes them from the layer's batch, as
    /// <see cref="MultiScale"/>.</param>
    public static Tensor Joint(IReadOnlyList<Tensor> source, IReadOnlyList<Tensor> target, IReadOnlyList<IReadOnlyList<double>?> gammas)
    {
        if (source.Count == 0 || source.Count != target.Count || source.Count != gammas.Count)
            throw new ArgumentException(
                $"{source.Count} layers of the source, {target.Count} of the target and {gammas.Count} kernels do not go together."
            );
        using var scope = NewDisposeScope();
        Tensor kernel = source.Select((s, l) => Kernel(cat([s, target[l]], 0), gammas[l])).Aggregate((a, b) => a * b); // [Ns + Nt, Ns + Nt]
        // eᵀKe with e = 1/Ns for the source and −1/Nt for the target is the three means at once.
        Tensor e = DomainContrast(source[0].shape[0], target[0].shape[0], kernel);
        return (kernel.mv(e) * e).sum().MoveToOuterDisposeScope();
    }

    /// <summary>1/Ns for the rows of the source and −1/Nt for those of the target, [Ns + Nt].</summary>
    public static Tensor DomainContrast(long sources, long targets, Tensor like)
    {
        using var scope = NewDisposeScope();
        Tensor one = ones(sources, dtype: like.dtype, device: like.device),
            other = ones(targets, dtype: like.dtype, device: like.device);
        return cat([one.Times(1.0 / sources), other.Times(-1.0 / targets)], 0).MoveToOuterDisposeScope();
    }

    private static Tensor Kernel(Tensor rows, IReadOnlyList<double>? gammas)
    {
        Tensor distances = PairwiseDistances.Squared(rows, rows);
        if (gammas is null)
        {
            long count = rows.shape[0];
            Tensor mean;
            // Rows that are all alike leave nothing to divide by.
            using (no_grad())
                mean = distances.sum().Times(1.0 / Math.Max(1, count * (count - 1))).Clamp(1e-12, 1e30);
            distances = distances / mean;
        }

        return (gammas ?? Scales).Select(g => distances.Times(-g).exp()).Aggregate((a, b) => a.Plus(b));
    }
}
