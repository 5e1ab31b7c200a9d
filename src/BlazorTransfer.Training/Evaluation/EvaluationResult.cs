using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>What the model says of one sample.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="True">Number of its class.</param>
/// <param name="Probabilities">Softmax over the classes.</param>
public sealed record Prediction(Sample Sample, int True, float[] Probabilities)
{
    public int Predicted => Array.IndexOf(Probabilities, Probabilities.Max());

    public SamplePrediction Describe(IReadOnlyList<string> classes, int top = 3) =>
        new(
            Sample.Sha256,
            Sample.File,
            classes[True],
            [
                .. Probabilities
                    .Select((p, c) => new ClassProbability(classes[c], Math.Round(p, 5)))
                    .OrderByDescending(p => p.Probability)
                    .Take(top),
            ]
        )
        {
            Region = Sample.Region,
        };
}

/// <summary>The model's answers on a split, and what they amount to.</summary>
/// <param name="Classes">Class names in the order of the outputs.</param>
/// <param name="Predictions">One a sample.</param>
/// <param name="Loss">Mean cross-entropy.</param>
public sealed record EvaluationResult(IReadOnlyList<string> Classes, IReadOnlyList<Prediction> Predictions, double Loss)
{
    private const int MostMistakes = 200;

    /// <summary>The same for each label set that the model also answers, on the images that have a label there; sets without such an image
    /// are left out.</summary>
    public IReadOnlyList<(string Name, EvaluationResult Result)> LabelSets { get; init; } = [];

    /// <summary>Whether the model's outputs are numbers, those for the label sets included. What follows from others means
    /// nothing.</summary>
    public bool IsFinite => (Predictions.Count == 0 || double.IsFinite(Loss)) && LabelSets.All(s => s.Result.IsFinite);

    /// <summary>Mean of a figure over the classes and all label sets, each counting alike.</summary>
    public double MeanOf(Func<EvaluationResult, double> figure) => LabelSets.Select(s => s.Result).Append(this).Average(figure);

    /// <summary>Fraction of samples whose most probable class is the true one.</summary>
    public double Top1 => Predictions.Count(p => p.Predicted == p.True) / (double)Predictions.Count;

    /// <summary>Mean of the recalls of the classes that occur.</summary>
    public double BalancedAccuracy =>
        Predictions.GroupBy(p => p.True).Average(g => g.Count(p => p.Predicted == p.True) / (double)g.Count());

    /// <summary>What is said of one of the images, its other labels included.</summary>
    public SamplePrediction Describe(Prediction prediction)
    {
        FurtherPrediction[] further =
        [
            .. LabelSets.SelectMany(s =>
                s.Result.Predictions.Where(p => p.Sample.Key == prediction.Sample.Key)
                    .Select(p => p.Describe(s.Result.Classes, top: 1))
                    .Select(d => new FurtherPrediction(s.Name, d.Label, d.Top[0]))
            ),
        ];
        return prediction.Describe(Classes) with { Further = further.Length == 0 ? null : further };
    }

    /// <summary>See <see cref="EvaluationCompleted.Answers"/>.</summary>
    public string Answers() =>
        string.Concat(Predictions.OrderBy(p => p.Sample.Key, StringComparer.Ordinal).Select(p => p.Predicted == p.True ? '1' : '0'));

    /// <summary>Counts by true class (row) and predicted class (column).</summary>
    public int[][] ConfusionMatrix()
    {
        int[][] matrix = [.. Classes.Select(_ => new int[Classes.Count])];
        foreach (Prediction prediction in Predictions)
            matrix[prediction.True][prediction.Predicted]++;
        return matrix;
    }

    /// <summary>Wrong answers, the most confident first. Of very many, some of each confusion are kept, the frequent ones before the
    /// others.</summary>
    public IReadOnlyList<SamplePrediction> Mistakes()
    {
        IEnumerable<(Prediction Mistake, int Rank)> byConfusion = Predictions
            .Where(p => p.Predicted != p.True)
            .GroupBy(p => (p.True, p.Predicted))
            .OrderByDescending(g => g.Count())
            .SelectMany(g => g.OrderByDescending(Confidence).Select((mistake, rank) => (mistake, rank)));
        // The first of each confusion, then the second of each: the order within a rank stays.
        return
        [
            .. byConfusion
                .OrderBy(m => m.Rank)
                .Take(MostMistakes)
                .Select(m => m.Mistake)
                .OrderByDescending(Confidence)
                .Select(p => p.Describe(Classes)),
        ];

        static float Confidence(Prediction p) => p.Probabilities[p.Predicted];
    }

    /// <summary>Adds the figures of a split, those of the label sets included.</summary>
    /// <exception cref="ArgumentException">It is the training split.</exception>
    public void AddMetrics(IDictionary<string, double> metrics, Split split)
    {
        (string loss, string top1, string balanced) = split switch
        {
            Split.Validation => (MetricKeys.ValidationLoss, MetricKeys.ValidationTop1, MetricKeys.ValidationBalancedAccuracy),
            Split.Test => (MetricKeys.TestLoss, MetricKeys.TestTop1, MetricKeys.TestBalancedAccuracy),
            Split.Train => throw new ArgumentException("Training images are scored while they train.", nameof(split)),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };
        (metrics[loss], metrics[top1], metrics[balanced]) = (Loss, Top1, BalancedAccuracy);
        foreach ((string set, EvaluationResult of) in LabelSets)
            (metrics[MetricKeys.Of(loss, set)], metrics[MetricKeys.Of(top1, set)], metrics[MetricKeys.Of(balanced, set)]) = (
                of.Loss,
                of.Top1,
                of.BalancedAccuracy
            );
    }

    /// <summary>Adds the figures of a target domain.</summary>
    public void AddTargetMetrics(IDictionary<string, double> metrics) =>
        (metrics[MetricKeys.TargetLoss], metrics[MetricKeys.TargetTop1], metrics[MetricKeys.TargetBalancedAccuracy]) = (
            Loss,
            Top1,
            BalancedAccuracy
        );
}
