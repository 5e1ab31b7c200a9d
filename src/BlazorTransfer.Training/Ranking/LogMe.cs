using static TorchSharp.torch;

namespace BlazorTransfer.Training.Ranking;

/// <summary>
/// LogME: You et al., "LogME: Practical Assessment of Pre-trained Models for Transfer Learning" (2021). For each class, the labels
/// y ∈ {0, 1}ᴺ are taken for a linear function of the features F with Gaussian weights N(0, 1/α) and Gaussian noise N(0, 1/β); the score
/// is the logarithm of the evidence p(y | F, α, β), maximised over α and β, per image, as the mean over the classes.
/// <para>
/// With F = U S Vᵀ, σ = s², z = Uᵀy and t = α/β, the best β for a given t is N / R(t), where R(t) = Σ z²/(1 + σ/t) + |y|² − |z|², and then
/// log p = −½ Σ log(1 + σ/t) − N/2 log(R(t)/N) − N/2 (1 + log 2π).
/// That function of one number is maximised here. The paper's iteration seeks the same maximum, but runs off where it lies at t → 0 (labels
/// that the features tell exactly) or at t → ∞ (features that tell nothing).
/// </para>
/// </summary>
internal static class LogMe
{
    // t is sought from SmallestRatio to 1/SmallestRatio times the largest σ: beyond, the features are trusted wholly, or not at all.
    private const double SmallestRatio = 1e-10;
    private const int GridSteps = 400;
    private const int GoldenSteps = 60;

    /// <param name="features">[N, D].</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="classes">How many classes there are; those without images are left out.</param>
    public static double Score(Tensor features, IReadOnlyList<int> labels, int classes)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        int count = labels.Count;
        (Tensor u, Tensor s, _) = linalg.svd(features.to(float64).cpu(), fullMatrices: false);
        double[] sigma = s.square().data<double>().ToArray();
        Tensor targets = nn.functional.one_hot(tensor([.. labels.Select(l => (long)l)]), classes).to(float64); // [N, classes]
        double[] z2 = u.t().mm(targets).square().t().contiguous().data<double>().ToArray(); // [classes, rank]
        var scores = new List<double>();
        for (int c = 0; c < classes; c++)
        {
            int images = labels.Count(l => l == c);
            if (images > 0)
                scores.Add(MaximumEvidence(sigma, z2.AsMemory(c * sigma.Length, sigma.Length), images, count) / count);
        }

        return scores.Average();
    }

    /// <param name="sigma">Squared singular values of the features.</param>
    /// <param name="z2">Squared parts of the labels along the left singular vectors.</param>
    /// <param name="norm2">|y|².</param>
    /// <param name="count">N.</param>
    private static double MaximumEvidence(double[] sigma, ReadOnlyMemory<double> z2, double norm2, int count)
    {
        double middle = sigma.Length > 0 && sigma.Max() is > 0 and var largest ? Math.Log(largest) : 0,
            reach = -Math.Log(SmallestRatio);
        double step = 2 * reach / GridSteps;
        double Evidence(double logT) => LogEvidence(Math.Exp(logT), sigma, z2.Span, norm2, count);
        // It may have several maxima; the grid finds the right one, and a golden section its top.
        double best = Enumerable.Range(0, GridSteps + 1).Select(i => middle - reach + i * step).MaxBy(Evidence);
        double low = Math.Max(best - step, middle - reach),
            high = Math.Min(best + step, middle + reach),
            ratio = (Math.Sqrt(5) - 1) / 2;
        for (int i = 0; i < GoldenSteps; i++)
        {
            double a = high - ratio * (high - low),
                b = low + ratio * (high - low);
            if (Evidence(a) > Evidence(b))
                high = b;
            else
                low = a;
        }

        return Evidence((low + high) / 2);
    }

    private static double LogEvidence(double t, double[] sigma, ReadOnlySpan<double> z2, double norm2, int count)
    {
        double determinant = 0,
            residual = norm2;
        for (int i = 0; i < sigma.Length; i++)
        {
            double x = sigma[i] / t;
            determinant += Math.Log(1 + x);
            // z²/(1 + x) − z², without losing digits to the difference.
            residual -= z2[i] * (x / (1 + x));
        }

        // Rounding may leave labels that are told exactly a residual of less than nothing.
        residual = Math.Max(residual, 1e-14 * norm2);
        return -determinant / 2 - count / 2.0 * Math.Log(residual / count) - count / 2.0 * (1 + Math.Log(2 * Math.PI));
    }
}
