using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Ranking;

/// <summary>
/// H-score: Bao et al., "An Information-Theoretic Approach to Transferability in Task Transfer Learning" (2019), tr(Σ⁻¹ Σz), where Σ is the
/// covariance of the features and Σz that of the means of their classes: how much of the spread is between the classes. With more
/// features than images Σ has no inverse, so that it is shrunk as Ibrahim et al., "Newer is not always better: Rethinking transferability
/// metrics,
/// their peculiarities, stability and performance" (2021), do it:
/// Hα = (1 − α) tr(Σα⁻¹ Σz) with Σα = (1 − α) Σ + α (tr Σ / D) I and the α of Ledoit and Wolf, "A well-conditioned estimator for
/// large-dimensional covariance matrices" (2004). Both covariances are divided by N.
/// </summary>
internal static class HScore
{
    /// <param name="features">[N, D].</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="classes">How many classes there are.</param>
    public static double Score(Tensor features, IReadOnlyList<int> labels, int classes)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor raw = features.to(float64).cpu();
        Tensor centred = raw.Minus(raw.mean([0], keepdim: true));
        (long count, long width) = (centred.shape[0], centred.shape[1]);
        (_, Tensor s, Tensor vt) = linalg.svd(centred, fullMatrices: false);
        double[] eigenvalues = [.. s.data<double>().Select(v => v * v / count)]; // of Σ; those beyond the rank are 0
        double mean = eigenvalues.Sum() / width;
        if (mean <= 0)
            return 0;
        double alpha = Shrinkage(centred, eigenvalues, mean);
        Tensor oneHot = nn.functional.one_hot(tensor([.. labels.Select(l => (long)l)]), classes).to(float64); // [N, classes]
        // Σz = Σ n_c/N (S_c/n_c)(S_c/n_c)ᵀ from the sums S_c of each class's features, here along the eigenvectors.
        double[] images = oneHot.sum([0]).data<double>().ToArray(),
            sums = oneHot.t().mm(centred).mm(vt.t()).contiguous().data<double>().ToArray(); // [classes, rank]
        double smallest = 1e-12 * ((1 - alpha) * eigenvalues.Max() + alpha * mean),
            trace = 0;
        for (int i = 0; i < eigenvalues.Length; i++)
        {
            double shrunk = (1 - alpha) * eigenvalues[i] + alpha * mean;
            // Without shrinkage, directions without spread hold rounding errors only.
            if (shrunk <= smallest)
                continue;
            for (int c = 0; c < classes; c++)
                trace += sums[c * eigenvalues.Length + i] * sums[c * eigenvalues.Length + i] / (Math.Max(1, images[c]) * count * shrunk);
        }

        return (1 - alpha) * trace;
    }

    /// <summary>Ledoit and Wolf's α = min(b², d²)/d²: d² is how far Σ is from a multiple of the identity, b² how unsure Σ is.</summary>
    private static double Shrinkage(Tensor centred, double[] eigenvalues, double mean)
    {
        (long count, long width) = (centred.shape[0], centred.shape[1]);
        double square = eigenvalues.Sum(v => v * v);
        double distance = square - width * mean * mean;
        // Σ over images of |x xᵀ − Σ|² is Σ |x|⁴ − N |Σ|².
        double unsureness = (centred.square().sum([1]).square().sum().item<double>() / count - square) / count;
        return distance <= 1e-12 * square ? 0 : Math.Clamp(unsureness / distance, 0, 1);
    }
}
