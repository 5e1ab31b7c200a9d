using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// Scores that compare models and settings for the target without a label of the target, as an honest choice needs. Work is in float64.
/// </summary>
internal static class UnsupervisedScores
{
    // Rows whose similarities are held at once.
    private const long Chunk = 1024;

    /// <summary>
    /// The mutual information of samples and predictions, H(mean p) − mean H(p), in nats: high where the predictions are sure and all
    /// classes are used
    /// (Bridle et al., "Unsupervised Classifiers, Mutual Information and 'Phantom Targets'", 1991; as a score, Musgrave et al., "Three New
    /// Validators and a
    /// Large-Scale Benchmark Ranking for Unsupervised Domain Adaptation", 2022). Higher is better.
    /// </summary>
    /// <param name="targetLogits">[N, C].</param>
    /// <returns>0…log C.</returns>
    public static double InformationMaximisation(Tensor targetLogits)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor logits = targetLogits.to(float64);
        Tensor mean = logits.softmax(1).mean([0]);
        return mean.xlogy(mean).sum().neg().Minus(Predictions.Entropy(logits).mean()).item<double>();
    }

    /// <summary>
    /// SND: Saito et al., "Tune it the Right Way: Unsupervised Validation of Domain Adaptation via Soft Neighborhood Density" (2021). Of
    /// the samples'
    /// probabilities, scaled to length one, the similarities to all others are made shares by a softmax; the score is the mean entropy of
    /// those
    /// shares, high where each sample has many near ones. Higher is better. It is as high where all samples are given the same class.
    /// </summary>
    /// <param name="targetLogits">[N, C], two samples at least.</param>
    /// <param name="temperature">τ; the paper has 0.05.</param>
    /// <returns>0…log(N − 1).</returns>
    public static double SoftNeighbourhoodDensity(Tensor targetLogits, double temperature = 0.05)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor p = targetLogits.to(float64).softmax(1);
        Tensor rows = p / p.square().sum([1], keepdim: true).sqrt(),
            columns = rows.t();
        long count = rows.shape[0];
        double sum = 0;
        for (long start = 0; start < count; start += Chunk)
        {
            using var step = NewDisposeScope();
            Tensor similarity = rows.narrow(0, start, Math.Min(Chunk, count - start)).mm(columns).Times(1 / temperature);
            // A sample is not its own neighbour.
            similarity.diagonal(start, 0, 1).AddInPlace(-1e9);
            sum += Predictions.Entropy(similarity).sum().item<double>();
        }

        return sum / count;
    }

    /// <summary>
    /// DEV: You et al., "Towards Accurate Model Selection in Deep Unsupervised Domain Adaptation" (2019). The risk on the target, estimated
    /// from losses on
    /// held-out samples of the source that are weighted by the density ratio w, with w itself as the control variate:
    /// mean(w l) + η mean(w) − η, η = −Cov(w l, w)/Var(w). Lower is better.
    /// </summary>
    /// <param name="losses">l of each held-out sample of the source.</param>
    /// <param name="ratios">w of each, p_t/p_s, of mean one up to chance.</param>
    public static double DeepEmbeddedValidation(IReadOnlyList<double> losses, IReadOnlyList<double> ratios)
    {
        if (losses.Count != ratios.Count || losses.Count == 0)
            throw new ArgumentException($"{losses.Count} losses and {ratios.Count} ratios do not go together.");
        double[] weighted = [.. losses.Zip(ratios, (l, w) => l * w)];
        double meanWeighted = weighted.Average(),
            meanRatio = ratios.Average();
        double covariance = weighted.Zip(ratios, (a, w) => (a - meanWeighted) * (w - meanRatio)).Sum(),
            variance = ratios.Sum(w => (w - meanRatio) * (w - meanRatio));
        // Ratios that are all alike have nothing to control with.
        double eta = variance > 0 ? -covariance / variance : 0;
        return meanWeighted + eta * meanRatio - eta;
    }
}
