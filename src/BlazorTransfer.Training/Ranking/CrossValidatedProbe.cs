using BlazorTransfer.Training.Classifiers;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Ranking;

/// <summary>Accuracy of a linear probe on images that it did not see.</summary>
/// <param name="Mean">Mean over the folds, 0…1.</param>
/// <param name="StandardDeviation">Over the folds.</param>
internal sealed record ProbeAccuracy(double Mean, double StandardDeviation);

/// <summary>
/// K-fold cross-validation of a logistic regression on kept features: each fold is predicted by a model of the others, its features
/// standardised
/// by theirs. Folds have the classes in proportion and are drawn from the seed.
/// </summary>
internal static class CrossValidatedProbe
{
    // Features are standardised, so that one λ serves all networks; at a hundred images it is what scikit-learn begins with, C = 1/(N λ) =
    // 1.
    private const double Decay = 0.01;

    /// <param name="features">[N, D].</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="folds">How many parts, at least two.</param>
    /// <param name="seed">Another seed gives other folds.</param>
    /// <param name="cancel">Stops the computation.</param>
    public static ProbeAccuracy Measure(
        Tensor features,
        IReadOnlyList<int> labels,
        int classes,
        int folds,
        int seed,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        int[] foldOf = Assign(labels, folds, seed);
        Tensor targets = tensor([.. labels.Select(l => (long)l)], device: features.device);
        double[] accuracies =
        [
            .. Enumerable
                .Range(0, folds)
                .Where(f => foldOf.Contains(f))
                .Select(f => Accuracy(features, targets, classes, foldOf, f, cancel)),
        ];
        double mean = accuracies.Average();
        double variance = accuracies.Length < 2 ? 0 : accuracies.Sum(a => (a - mean) * (a - mean)) / (accuracies.Length - 1);
        return new ProbeAccuracy(mean, Math.Sqrt(variance));
    }

    /// <summary>The fold of each sample: class by class in a drawn order, dealt out in turn, so that folds and classes are even.</summary>
    internal static int[] Assign(IReadOnlyList<int> labels, int folds, int seed)
    {
        var random = new Random(seed);
        int[] foldOf = new int[labels.Count];
        int dealt = 0;
        foreach (IGrouping<int, int> ofClass in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(g => g.Key))
        {
            int[] order = [.. ofClass];
            random.Shuffle(order);
            foreach (int sample in order)
                foldOf[sample] = dealt++ % folds;
        }

        return foldOf;
    }

    private static double Accuracy(Tensor features, Tensor targets, int classes, int[] foldOf, int fold, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Tensor rest = Indices(foldOf, f => f != fold).to(features.device),
            held = Indices(foldOf, f => f == fold).to(features.device);
        Tensor train = features.index_select(0, rest);
        using Standardisation standard = Standardisation.Of(train);
        using LogisticRegression model = LogisticRegression.Fit(
            standard.Apply(train),
            targets.index_select(0, rest),
            classes,
            Decay,
            cancel
        );
        Tensor predicted = model.Predict(standard.Apply(features.index_select(0, held)));
        return predicted.eq(targets.index_select(0, held)).to(float64).mean().item<double>();
    }

    private static Tensor Indices(int[] foldOf, Func<int, bool> chosen) =>
        tensor([.. Enumerable.Range(0, foldOf.Length).Where(i => chosen(foldOf[i])).Select(i => (long)i)]);
}
