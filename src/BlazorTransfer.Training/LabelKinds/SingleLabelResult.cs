using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.LabelKinds;

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

/// <summary>The answers of a model that gives each image one class.</summary>
/// <param name="Classes">Class names in the order of the outputs.</param>
/// <param name="Predictions">One a sample.</param>
/// <param name="Loss">Mean cross-entropy.</param>
public sealed record SingleLabelResult(IReadOnlyList<string> Classes, IReadOnlyList<Prediction> Predictions, double Loss)
    : EvaluationResult(Classes, Loss)
{
    public override int Images => Predictions.Count;

    public override double Main => Top1;

    public override double Balanced => BalancedAccuracy;

    /// <summary>Fraction of samples whose most probable class is the true one.</summary>
    public double Top1 => Predictions.Count(p => p.Predicted == p.True) / (double)Predictions.Count;

    /// <summary>Mean of the recalls of the classes that occur.</summary>
    public double BalancedAccuracy =>
        Predictions.GroupBy(p => p.True).Average(g => g.Count(p => p.Predicted == p.True) / (double)g.Count());

    protected override IEnumerable<(string Name, double Value)> Figures => [("top1", Top1), ("balanced-accuracy", BalancedAccuracy)];

    public override string Answers() =>
        string.Concat(Predictions.OrderBy(p => p.Sample.Key, StringComparer.Ordinal).Select(p => p.Predicted == p.True ? '1' : '0'));

    public override int[][] ConfusionMatrix()
    {
        int[][] matrix = [.. Classes.Select(_ => new int[Classes.Count])];
        foreach (Prediction prediction in Predictions)
            matrix[prediction.True][prediction.Predicted]++;
        return matrix;
    }

    /// <summary>Wrong answers, the most confident first. Of very many, some of each confusion are kept, the frequent ones before the
    /// others.</summary>
    public override IReadOnlyList<SamplePrediction> Mistakes()
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

    /// <summary>Class after class.</summary>
    public override IReadOnlyList<SamplePrediction> Examples(int count) =>
        [
            .. Predictions
                .GroupBy(p => p.True)
                .SelectMany(g => g.Select((p, rank) => (p, rank)))
                .OrderBy(x => x.rank)
                .ThenBy(x => x.p.True)
                .Take(count)
                .Select(x => x.p.Describe(Classes) with { Further = FurtherOf(x.p.Sample) }),
        ];

    protected override FurtherPrediction? Brief(string name, Sample sample) =>
        Predictions.FirstOrDefault(p => p.Sample.Key == sample.Key)?.Describe(Classes, top: 1) is { } brief
            ? new FurtherPrediction(name, brief.Label, brief.Top[0])
            : null;

    public override EvaluationTable Table(string question)
    {
        int[][] matrix = ConfusionMatrix();
        return new EvaluationTable(
            $"Images by true {question} (row) and predicted one (column)",
            ["", .. Classes, "recall"],
            [
                .. matrix.Select(
                    (row, c) =>
                        (IReadOnlyList<string>)
                            [
                                Classes[c],
                                .. row.Select(n => n.ToString(CultureInfo.InvariantCulture)),
                                row.Sum() == 0 ? "–" : ((double)row[c] / row.Sum()).ToString("P1", CultureInfo.InvariantCulture),
                            ]
                ),
            ],
            string.Create(CultureInfo.InvariantCulture, $"{Images} images: top-1 {Top1:P2}, balanced {BalancedAccuracy:P2}, loss {Loss:F4}")
        );
    }

    public override IEnumerable<(string Name, object? Value)> Json(string labels) =>
        [
            ("images", Images),
            ("loss", Loss),
            ("top1", Top1),
            ("balancedAccuracy", BalancedAccuracy),
            (labels, Classes),
            ("confusionMatrix", ConfusionMatrix()),
        ];
}
