using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>What the model says of one sample that may have several labels.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="True">Whether it has each label.</param>
/// <param name="Probabilities">Of each label by itself.</param>
public sealed record LabelledPrediction(Sample Sample, bool[] True, float[] Probabilities);

/// <summary>The answers of a model that gives each image any number of labels.</summary>
public sealed record MultiLabelResult : EvaluationResult
{
    private const int ShownLabels = 8;
    private const int FewestShown = 3;

    private readonly IReadOnlyList<LabelledPrediction> _predictions;
    private readonly IReadOnlyList<double> _thresholds;
    private readonly IReadOnlyList<LabelScore> _scores;

    private MultiLabelResult(
        IReadOnlyList<string> labels,
        IReadOnlyList<LabelledPrediction> predictions,
        double loss,
        IReadOnlyList<double> thresholds
    )
        : base(labels, loss)
    {
        (_predictions, _thresholds) = (predictions, thresholds);
        _scores =
        [
            .. labels.Select(
                (label, l) =>
                {
                    bool[] truth = [.. predictions.Select(p => p.True[l])];
                    bool[] given = [.. predictions.Select(p => IsPredicted(p, l))];
                    return new LabelScore(
                        label,
                        RankedRetrieval.AveragePrecision(truth, [.. predictions.Select(p => p.Probabilities[l])]),
                        Math.Round(thresholds[l], 6),
                        truth.Count(t => t),
                        truth.Zip(given).Count(x => x is (true, true)),
                        truth.Zip(given).Count(x => x is (false, true))
                    );
                }
            ),
        ];
    }

    /// <param name="labels">Names of the labels.</param>
    /// <param name="predictions">One a sample.</param>
    /// <param name="loss">Mean binary cross-entropy, summed over the labels.</param>
    /// <param name="thresholds">Of each label; null to choose them on these images.</param>
    public static MultiLabelResult Of(
        IReadOnlyList<string> labels,
        IReadOnlyList<LabelledPrediction> predictions,
        double loss,
        IReadOnlyList<double>? thresholds
    ) =>
        new(
            labels,
            predictions,
            loss,
            thresholds
                ??
                [
                    .. labels.Select(
                        (_, l) =>
                            RankedRetrieval.BestThreshold(
                                [.. predictions.Select(p => p.True[l])],
                                [.. predictions.Select(p => p.Probabilities[l])]
                            )
                    ),
                ]
        );

    public override int Images => _predictions.Count;

    public override double Main => MeanAveragePrecision;

    public override double Balanced => MacroF1;

    /// <summary>Mean of the average precisions of the labels that occur; 0 where none does.</summary>
    public double MeanAveragePrecision => MeanOrZero(_scores.Select(s => s.AveragePrecision));

    /// <summary>F1 of all answers to all labels: 2 TP / (2 TP + FP + FN); 0 where there is none.</summary>
    public double MicroF1
    {
        get
        {
            int given = _scores.Sum(s => s.TruePositives + s.FalsePositives),
                having = _scores.Sum(s => s.Images);
            return given + having == 0 ? 0 : 2.0 * _scores.Sum(s => s.TruePositives) / (given + having);
        }
    }

    /// <summary>Mean of F1 over the labels that occur; 0 where none does.</summary>
    public double MacroF1 => MeanOrZero(_scores.Where(s => s.Images > 0).Select(s => s.F1));

    public override IReadOnlyList<LabelScore> LabelScores => _scores;

    public override IReadOnlyList<double> Thresholds => _thresholds;

    protected override IEnumerable<(string Name, double Value)> Figures =>
        [("map", MeanAveragePrecision), ("micro-f1", MicroF1), ("macro-f1", MacroF1)];

    /// <summary>Images with a wrong or a missed label, the one that is furthest from its threshold first.</summary>
    public override IReadOnlyList<SamplePrediction> Mistakes() =>
        [
            .. _predictions
                .Select(p => (Prediction: p, Error: WorstError(p)))
                .Where(p => p.Error is not null)
                .OrderByDescending(p => p.Error)
                .Take(MostMistakes)
                .Select(p => Describe(p.Prediction)),
        ];

    /// <summary>An image for each label in turn.</summary>
    public override IReadOnlyList<SamplePrediction> Examples(int count)
    {
        var shown = new List<LabelledPrediction>();
        for (int l = 0; l < Classes.Count && shown.Count < count; l++)
            if (_predictions.FirstOrDefault(p => p.True[l] && !shown.Contains(p)) is { } found)
                shown.Add(found);
        return [.. shown.Concat(_predictions.Except(shown)).Take(count).Select(p => Describe(p) with { Further = FurtherOf(p.Sample) })];
    }

    protected override FurtherPrediction? Brief(string name, Sample sample) =>
        _predictions.FirstOrDefault(p => p.Sample.Key == sample.Key) is { } found && Describe(found) is { Top.Count: > 0 } of
            ? new FurtherPrediction(name, of.Label, of.Top[0])
            : null;

    public override EvaluationTable Table(string question) =>
        new(
            $"Images by {question}; a prediction is a probability from the threshold on",
            [question, "images", "found", "missed", "false", "precision", "recall", "F1", "AP", "threshold"],
            [
                .. _scores.Select(s =>
                    (IReadOnlyList<string>)
                        [
                            s.Label,
                            Number(s.Images),
                            Number(s.TruePositives),
                            Number(s.FalseNegatives),
                            Number(s.FalsePositives),
                            Percent(s.Precision),
                            Percent(s.Recall),
                            Percent(s.F1),
                            Percent(s.AveragePrecision),
                            s.Threshold.ToString("F3", CultureInfo.InvariantCulture),
                        ]
                ),
            ],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Images} images: mAP {MeanAveragePrecision:P2}, micro F1 {MicroF1:P2}, macro F1 {MacroF1:P2}, loss {Loss:F4}"
            )
        );

    public override IEnumerable<(string Name, object? Value)> Json(string labels) =>
        [
            ("images", Images),
            ("loss", Loss),
            ("meanAveragePrecision", MeanAveragePrecision),
            ("microF1", MicroF1),
            ("macroF1", MacroF1),
            (labels, Classes),
            ("labelScores", _scores),
        ];

    private bool IsPredicted(LabelledPrediction prediction, int label) => prediction.Probabilities[label] >= _thresholds[label];

    private double? WorstError(LabelledPrediction prediction)
    {
        double? worst = null;
        for (int l = 0; l < Classes.Count; l++)
            if (IsPredicted(prediction, l) != prediction.True[l])
                worst = Math.Max(worst ?? 0, Math.Abs(prediction.Probabilities[l] - _thresholds[l]));
        return worst;
    }

    /// <summary>All labels that it has or is given, as far as there is room, and a few more.</summary>
    private SamplePrediction Describe(LabelledPrediction prediction)
    {
        string[] labels = [.. Classes.Where((_, l) => prediction.True[l])];
        return new SamplePrediction(
            prediction.Sample.Sha256,
            prediction.Sample.File,
            string.Join(", ", labels),
            [
                .. Enumerable
                    .Range(0, Classes.Count)
                    .OrderByDescending(l => IsPredicted(prediction, l) || prediction.True[l])
                    .ThenByDescending(l => prediction.Probabilities[l])
                    .Where((l, rank) => rank < (IsPredicted(prediction, l) || prediction.True[l] ? ShownLabels : FewestShown))
                    .OrderByDescending(l => prediction.Probabilities[l])
                    .Select(l => new ClassProbability(Classes[l], Math.Round(prediction.Probabilities[l], 5))
                    {
                        Threshold = Math.Round(_thresholds[l], 6),
                        IsPredicted = IsPredicted(prediction, l),
                    }),
            ]
        )
        {
            Region = prediction.Sample.Region,
            Labels = labels,
        };
    }

    private static double MeanOrZero(IEnumerable<double?> values) => values.Average() ?? 0;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double? value) => value?.ToString("P1", CultureInfo.InvariantCulture) ?? "–";
}
