using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// How much denser the target is than the source at a point, w(x) = p_t(x)/p_s(x) = Σ α_l exp(−γ|x − c_l|²), around samples c of the
/// target, as
/// <see cref="Kliep"/> and <see cref="UnconstrainedImportanceFitting"/> find it.
/// </summary>
internal sealed class DensityRatio : IDisposable
{
    /// <summary>The most centres; both papers have 100.</summary>
    public const int Centres = 100;

    public const int Folds = 5;

    // Rows to take the median distance of.
    private const int MedianRows = 1000;

    private readonly Tensor _centres;
    private readonly Tensor _alpha;

    /// <param name="centres">c, [L, D], float64; taken over.</param>
    /// <param name="alpha">α, [L], float64; taken over.</param>
    /// <param name="gamma">γ.</param>
    public DensityRatio(Tensor centres, Tensor alpha, double gamma) =>
        (_centres, _alpha, Gamma) = (centres.DetachFromDisposeScope(), alpha.DetachFromDisposeScope(), gamma);

    /// <summary>γ, as given or as cross-validation found it.</summary>
    public double Gamma { get; }

    /// <summary>w of each row, [N, D] to [N], float64, never below zero.</summary>
    public Tensor At(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return PairwiseDistances.Gaussian(features.to(float64), _centres, Gamma).mv(_alpha).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _centres.Dispose();
        _alpha.Dispose();
    }

    /// <summary>The γ that are tried: 2ᵏ over the median squared distance between two samples, k = −3…3.</summary>
    public static double[] Gammas(Tensor source, Tensor target)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor rows = EvenRows.Of(cat([source.to(float64), target.to(float64)], 0), MedianRows);
        Tensor distances = PairwiseDistances.Squared(rows, rows);
        // A sample's distance from itself is none.
        Tensor pairs = distances.triu(1).flatten();
        Tensor between = pairs.masked_select(pairs.gt(zeros_like(pairs)));
        double median = between.numel() > 0 ? between.median().item<double>() : 1;
        return [.. Enumerable.Range(-3, 7).Select(k => Math.Pow(2, k) / median)];
    }

    /// <summary>Row numbers i with i mod <see cref="Folds"/> = fold, and the others.</summary>
    public static (Tensor Held, Tensor Others) Fold(Tensor rows, int fold)
    {
        ILookup<bool, long> sides = Enumerable.Range(0, (int)rows.shape[0]).ToLookup(i => i % Folds == fold, i => (long)i);
        return (tensor([.. sides[true]], device: rows.device), tensor([.. sides[false]], device: rows.device));
    }
}
