using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// TCA: Pan et al., "Domain Adaptation via Transfer Component Analysis" (2011). Directions in a kernel's space along which the two domains
/// have
/// about the same mean and the samples still spread: the leading eigenvectors W of (K L K + μI)⁻¹ K H K, unit-norm columns, where K is the
/// kernel
/// over both domains' n samples, L = e eᵀ with e = 1/Ns for the source and −1/Nt for the target, and H = I − 1/n. The samples become Z = K
/// W.
/// <para>
/// With the linear kernel and the thin decomposition X = U S Vᵀ, all W lie in the span of U: with W = U a the problem is
/// (s sᵀ + μI)⁻¹ (S⁴ − q qᵀ/n), s = S Vᵀ Xᵀe and q = S Vᵀ Xᵀ1, of the rank of X, and Z = X V S a, so that V S a, [D, k], does all of it and
/// folds
/// into a linear head. S and V are those of XᵀX. The Gaussian kernel is worked in the n × n form, or, beyond
/// <see cref="MostKernelSamples"/>, with
/// Nyström's features of a share of the samples (Williams and Seeger, "Using the Nyström Method to Speed Up Kernel Machines", 2001), on
/// which it is
/// the linear case again.
/// </para>
/// Work is in float64 on the features' device.
/// </summary>
internal sealed class TransferComponentAnalysis : IDisposable
{
    public const int MostKernelSamples = 4096;
    public const int Landmarks = 1000;

    // Eigenvalues below this share of the largest are rounding errors.
    private const double SmallestShare = 1e-12;

    // Rows whose kernel values are held at once.
    private const long Chunk = 4096;

    private readonly Tensor _eigenvalues;
    private readonly Tensor _map;
    private readonly Tensor? _anchors;
    private readonly double _gamma;

    private TransferComponentAnalysis(Tensor eigenvalues, Tensor map, Tensor? anchors = null, double gamma = 0) =>
        (_eigenvalues, _map, _anchors, _gamma) = (eigenvalues, map, anchors, gamma);

    /// <summary>Of (K L K + μI)⁻¹ K H K, from the largest down, [k].</summary>
    public Tensor Eigenvalues => _eigenvalues;

    /// <summary>[D, k] with Z = X · Map; only with the linear kernel.</summary>
    public Tensor Map => _anchors is null ? _map : throw new InvalidOperationException("Only the linear kernel has a matrix.");

    /// <summary>The samples that the kernel compares with, [L, D], its γ, and [L, k] with Z = k(X, Anchors) · Weights; only with the
    /// Gaussian kernel.</summary>
    public (Tensor Anchors, double Gamma, Tensor Weights) Expansion =>
        _anchors is null ? throw new InvalidOperationException("The linear kernel compares with no samples.") : (_anchors, _gamma, _map);

    /// <summary>With the kernel x·y.</summary>
    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="components">k, at most the rank of the features; fewer are given where it is less.</param>
    /// <param name="mu">μ, above zero: how much the sizes of the directions count against the distance of the means.</param>
    public static TransferComponentAnalysis FitLinear(Tensor source, Tensor target, int components, double mu)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        (Tensor values, Tensor map) = Linear(Joined(source, target), source.shape[0], components, mu);
        return new TransferComponentAnalysis(values.DetachFromDisposeScope(), map.DetachFromDisposeScope());
    }

    /// <summary>With the kernel exp(−γ|x − y|²).</summary>
    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="components">k, at most the number of samples.</param>
    /// <param name="mu">μ, above zero.</param>
    /// <param name="gamma">γ.</param>
    public static TransferComponentAnalysis FitGaussian(Tensor source, Tensor target, int components, double mu, double gamma)
    {
        bool whole = source.shape[0] + target.shape[0] <= MostKernelSamples;
        return FitGaussian(source, target, components, mu, gamma, whole ? null : Landmarks);
    }

    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="components">k.</param>
    /// <param name="mu">μ.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="landmarks">How many samples stand for all; null for the n × n form.</param>
    internal static TransferComponentAnalysis FitGaussian(
        Tensor source,
        Tensor target,
        int components,
        double mu,
        double gamma,
        int? landmarks
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor rows = Joined(source, target);
        Tensor anchors = landmarks is int count ? EvenRows.Of(rows, count) : rows;
        Tensor values,
            weights;
        if (landmarks is null)
        {
            (values, weights) = Kernel(PairwiseDistances.Gaussian(rows, rows, gamma), source.shape[0], components, mu);
        }
        else
        {
            // K ≈ Φ Φᵀ with Φ = k(x, anchors) k(anchors, anchors)^(−1/2), so that it is the linear kernel of Φ.
            (Tensor power, Tensor vectors) = Significant(PairwiseDistances.Gaussian(anchors, anchors, gamma));
            Tensor root = vectors * power.rsqrt();
            (values, weights) = Linear(Values(rows, anchors, gamma, root), source.shape[0], components, mu);
            weights = root.mm(weights);
        }

        return new TransferComponentAnalysis(
            values.DetachFromDisposeScope(),
            weights.DetachFromDisposeScope(),
            anchors.DetachFromDisposeScope(),
            gamma
        );
    }

    /// <summary>The components of any samples, [N, D] to [N, k], float64.</summary>
    public Tensor Transform(Tensor features)
    {
        using var scope = NewDisposeScope();
        Tensor rows = features.to(float64);
        return (_anchors is null ? rows.mm(_map) : Values(rows, _anchors, _gamma, _map)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _eigenvalues.Dispose();
        _map.Dispose();
        _anchors?.Dispose();
    }

    /// <summary>The n × n form: eigenvalues and W.</summary>
    internal static (Tensor Values, Tensor Weights) Kernel(Tensor kernel, long sources, int components, double mu)
    {
        long count = kernel.shape[0];
        Tensor contrast = kernel.mv(MaximumMeanDiscrepancy.DomainContrast(sources, count - sources, kernel)).unsqueeze(1); // K e
        Tensor sums = kernel.sum([1], keepdim: true); // K 1
        Tensor scatter = kernel.mm(kernel).Minus(sums.mm(sums.t()).Times(1.0 / count)); // K H K
        return Solve(scatter, contrast, components, mu);
    }

    /// <summary>Eigenvalues and [D, k].</summary>
    private static (Tensor Values, Tensor Map) Linear(Tensor rows, long sources, int components, double mu)
    {
        long count = rows.shape[0];
        // The smaller of the two forms.
        if (count <= rows.shape[1])
        {
            (Tensor values, Tensor weights) = Kernel(rows.mm(rows.t()), sources, components, mu);
            return (values, rows.t().mm(weights));
        }

        (Tensor squares, Tensor v) = Significant(rows.t().mm(rows)); // S² and V
        Tensor s = squares.sqrt().unsqueeze(1),
            e = MaximumMeanDiscrepancy.DomainContrast(sources, count - sources, rows);
        Tensor contrast = s * v.t().mv(rows.t().mv(e)).unsqueeze(1),
            sums = s * v.t().mv(rows.sum([0])).unsqueeze(1);
        Tensor scatter = squares.square().diag().Minus(sums.mm(sums.t()).Times(1.0 / count));
        (Tensor eigenvalues, Tensor a) = Solve(scatter, contrast, components, mu);
        return (eigenvalues, (v * s.t()).mm(a));
    }

    /// <summary>
    /// The leading eigenvectors of (c cᵀ + μI)⁻¹ B, of length one, by those of the symmetric A^(−½) B A^(−½) with A = c cᵀ + μI. Along u =
    /// c/|c| A has
    /// the eigenvalue μ + |c|² and elsewhere μ, so that √μ A^(−½) = I − f u uᵀ with f = 1 − √(μ/(μ + |c|²)); a factorisation of A would
    /// fail where
    /// |c|² is beyond 10¹⁶ μ, as it is for features of large numbers.
    /// </summary>
    private static (Tensor Values, Tensor Vectors) Solve(Tensor scatter, Tensor contrast, int components, double mu)
    {
        double square = contrast.square().sum().item<double>(),
            f = 1 - Math.Sqrt(mu / (mu + square));
        Tensor u = contrast.Times(square > 0 ? 1 / Math.Sqrt(square) : 0);
        Tensor Root(Tensor matrix) => matrix.Minus(u.mm(u.t().mm(matrix)).Times(f));
        Tensor reduced = Root(Root(scatter).t());
        (Tensor values, Tensor vectors) = linalg.eigh(reduced.Plus(reduced.t()).Times(0.5 / mu));
        long all = scatter.shape[0],
            count = Math.Min(components, all);
        // They come in rising order.
        Tensor leading = Root(vectors.narrow(1, all - count, count).flip(1));
        return (values.narrow(0, all - count, count).flip(0), leading / leading.square().sum([0], keepdim: true).sqrt());
    }

    private static (Tensor Values, Tensor Vectors) Significant(Tensor symmetric)
    {
        (Tensor values, Tensor vectors) = linalg.eigh(symmetric);
        double[] all = values.cpu().data<double>().ToArray();
        // In rising order, so that those that count are at the end.
        int least = Array.FindIndex(all, v => v > SmallestShare * all[^1]);
        if (least < 0)
            throw new ArgumentException("All features are zero.");
        return (values.narrow(0, least, all.Length - least), vectors.narrow(1, least, all.Length - least));
    }

    /// <summary>k(rows, anchors) · weights, some rows at a time.</summary>
    private static Tensor Values(Tensor rows, Tensor anchors, double gamma, Tensor weights) =>
        cat([.. rows.split(Chunk, 0).Select(part => PairwiseDistances.Gaussian(part, anchors, gamma).mm(weights))], 0);

    private static Tensor Joined(Tensor source, Tensor target) => cat([source.to(float64), target.to(float64)], 0);
}
