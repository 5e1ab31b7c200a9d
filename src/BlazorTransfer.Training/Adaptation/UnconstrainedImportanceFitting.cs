using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// uLSIF: Kanamori et al., "A Least-squares Approach to Direct Importance Estimation" (2009). The ratio w(x) = Σ α_l k(x, c_l) of least
/// squared error
/// under the source, in one solve: α = max(0, (H + λI)⁻¹ h) with H = mean_s k(x_s, c) k(x_s, c)ᵀ and h = mean_t k(x_t, c).
/// </summary>
internal static class UnconstrainedImportanceFitting
{
    private static readonly double[] Lambdas = [0.001, 0.01, 0.1, 1, 10];

    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="gamma">γ; null for the best of <see cref="DensityRatio.Gammas"/>.</param>
    /// <param name="lambda">λ; null for the best of a few. What is null is chosen by ½ mean_s w² − mean_t w on held-out fifths.</param>
    public static DensityRatio Fit(Tensor source, Tensor target, double? gamma, double? lambda)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor xs = source.to(float64),
            xt = target.to(float64),
            centres = EvenRows.Of(xt, DensityRatio.Centres);
        double[] gammas = gamma is double g ? [g] : DensityRatio.Gammas(xs, xt),
            lambdas = lambda is double l ? [l] : Lambdas;
        (double Gamma, double Lambda) best =
            gammas.Length * lambdas.Length == 1
                ? (gammas[0], lambdas[0])
                : gammas
                    .SelectMany(x =>
                        HeldOutErrors(xs, xt, centres, x, lambdas).Select((error, i) => (Error: error, Choice: (x, lambdas[i])))
                    )
                    .MinBy(c => c.Error)
                    .Choice;
        Tensor alpha = Solve(
            PairwiseDistances.Gaussian(xs, centres, best.Gamma),
            PairwiseDistances.Gaussian(xt, centres, best.Gamma),
            best.Lambda
        );
        return new DensityRatio(centres, alpha, best.Gamma);
    }

    private static double[] HeldOutErrors(Tensor source, Tensor target, Tensor centres, double gamma, double[] lambdas)
    {
        using var scope = NewDisposeScope();
        Tensor phiS = PairwiseDistances.Gaussian(source, centres, gamma),
            phiT = PairwiseDistances.Gaussian(target, centres, gamma);
        double[] errors = new double[lambdas.Length];
        for (int fold = 0; fold < DensityRatio.Folds; fold++)
        {
            using var step = NewDisposeScope();
            (Tensor heldS, Tensor restS) = DensityRatio.Fold(source, fold);
            (Tensor heldT, Tensor restT) = DensityRatio.Fold(target, fold);
            if (new[] { heldS, restS, heldT, restT }.Any(rows => rows.numel() == 0))
                continue;
            for (int i = 0; i < lambdas.Length; i++)
            {
                Tensor alpha = Solve(phiS.index_select(0, restS), phiT.index_select(0, restT), lambdas[i]);
                errors[i] +=
                    phiS.index_select(0, heldS).mv(alpha).square().mean().item<double>() / 2
                    - phiT.index_select(0, heldT).mv(alpha).mean().item<double>();
            }
        }

        return errors;
    }

    private static Tensor Solve(Tensor phiS, Tensor phiT, double lambda)
    {
        Tensor h = phiS.t().mm(phiS).Times(1.0 / phiS.shape[0]);
        return linalg.solve(h.Plus(eye(h.shape[0], dtype: float64, device: h.device).Times(lambda)), phiT.mean([0])).relu();
    }
}
