using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// KLIEP: Sugiyama et al., "Direct importance estimation for covariate shift adaptation" (2008). The ratio w(x) = Σ α_l k(x, c_l), α ≥ 0,
/// that makes
/// the target most likely, max mean_t log w(x_t) with mean_s w(x_s) = 1.
/// <para>
/// With b_l = mean_s k(x_s, c_l) and π_l = α_l b_l it is the likelihood of a mixture with shares π, Σπ = 1, whose maximum the steps π ← π
/// g,
/// g_l = mean_t (k(x_t, c_l)/b_l)/w(x_t), reach without a step length or a projection (expectation-maximisation). No shares are likelier by
/// more
/// than max g − 1, which ends it.
/// </para>
/// </summary>
internal static class Kliep
{
    private const int MostIterations = 2000;
    private const double Tolerance = 1e-4;

    // To choose γ, nearly is near enough.
    private const int TrialIterations = 100;
    private const double TrialTolerance = 1e-2;

    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="gamma">γ; null for the likeliest of <see cref="DensityRatio.Gammas"/> on held-out fifths of the target, as the paper
    /// does.</param>
    /// <param name="cancel">Stops it.</param>
    public static DensityRatio Fit(Tensor source, Tensor target, double? gamma, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor xs = source.to(float64),
            xt = target.to(float64),
            centres = EvenRows.Of(xt, DensityRatio.Centres);
        double chosen = gamma ?? DensityRatio.Gammas(xs, xt).MaxBy(g => HeldOutLikelihood(xs, xt, centres, g, cancel));
        (Tensor scaled, Tensor b) = Scaled(xs, xt, centres, chosen);
        return new DensityRatio(centres, Shares(scaled, MostIterations, Tolerance, cancel) / b, chosen);
    }

    private static double HeldOutLikelihood(Tensor source, Tensor target, Tensor centres, double gamma, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        (Tensor scaled, _) = Scaled(source, target, centres, gamma);
        double sum = 0;
        for (int fold = 0; fold < DensityRatio.Folds; fold++)
        {
            (Tensor held, Tensor others) = DensityRatio.Fold(target, fold);
            if (held.numel() == 0 || others.numel() == 0)
                continue;
            Tensor shares = Shares(scaled.index_select(0, others), TrialIterations, TrialTolerance, cancel);
            sum += AwayFromZero(scaled.index_select(0, held).mv(shares)).log().sum().item<double>();
        }

        return sum;
    }

    /// <summary>k(x_t, c_l)/b_l, [Nt, L], and b, [L].</summary>
    private static (Tensor Scaled, Tensor B) Scaled(Tensor source, Tensor target, Tensor centres, double gamma)
    {
        // A centre that no sample of the source is near would have any weight.
        Tensor b = PairwiseDistances.Gaussian(source, centres, gamma).mean([0]).Clamp(1e-12, double.PositiveInfinity);
        return (PairwiseDistances.Gaussian(target, centres, gamma) / b, b);
    }

    private static Tensor Shares(Tensor scaled, int mostIterations, double tolerance, CancellationToken cancel)
    {
        long centres = scaled.shape[1];
        Tensor shares = ones(centres, dtype: float64, device: scaled.device).Times(1.0 / centres),
            transposed = scaled.t();
        for (int i = 0; i < mostIterations; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            Tensor gain = transposed.mv(AwayFromZero(scaled.mv(shares)).reciprocal()).Times(1.0 / scaled.shape[0]);
            if (gain.max().item<double>() <= 1 + tolerance)
                break;
            Tensor next = shares * gain;
            shares.Dispose();
            shares = (next / next.sum()).MoveToOuterDisposeScope();
        }

        return shares;
    }

    private static Tensor AwayFromZero(Tensor ratios) => ratios.Clamp(1e-300, double.PositiveInfinity);
}
