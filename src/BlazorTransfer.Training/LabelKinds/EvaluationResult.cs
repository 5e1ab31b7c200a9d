using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>The model's answers on a split, and what they amount to.</summary>
/// <param name="Classes">Class names in the order of the outputs.</param>
/// <param name="Loss">Mean loss of an image: what single steps of training minimise, without weights and smoothing.</param>
public abstract record EvaluationResult(IReadOnlyList<string> Classes, double Loss)
{
    protected const int MostMistakes = 200;

    /// <summary>The same for each label set that the model also answers, on the images that have a label there; sets without such an image
    /// are left out.</summary>
    public IReadOnlyList<(string Name, EvaluationResult Result)> LabelSets { get; init; } = [];

    /// <summary>Images that were evaluated.</summary>
    public abstract int Images { get; }

    /// <summary>The figure that stands for all: fraction of correct images, or mean average precision; 0…1.</summary>
    public abstract double Main { get; }

    /// <summary>The figure in which rare classes matter as much as frequent ones: balanced accuracy, or macro F1; 0…1.</summary>
    public abstract double Balanced { get; }

    /// <summary>All figures but the loss, by the second part of their <see cref="MetricKeys"/>.</summary>
    protected abstract IEnumerable<(string Name, double Value)> Figures { get; }

    /// <summary>See <see cref="EvaluationCompleted.Answers"/>.</summary>
    public virtual string? Answers() => null;

    /// <summary>Counts by true class (row) and predicted class (column); empty where an image may have several.</summary>
    public virtual int[][] ConfusionMatrix() => [];

    /// <summary>Each label by itself, where an image may have several.</summary>
    public virtual IReadOnlyList<LabelScore>? LabelScores => null;

    /// <summary>The probability from which on an image has a class, where an image may have several.</summary>
    public virtual IReadOnlyList<double>? Thresholds => null;

    /// <summary>Images whose answers are wrong, the most confident first; of very many some.</summary>
    public abstract IReadOnlyList<SamplePrediction> Mistakes();

    /// <summary>A few images of all classes, the same ones each time, with what is said of them.</summary>
    public abstract IReadOnlyList<SamplePrediction> Examples(int count);

    /// <summary>What is said of an image in as few words as possible; null where it is not among these.</summary>
    protected abstract FurtherPrediction? Brief(string name, Sample sample);

    /// <summary>The figures in words and in a table, for a terminal.</summary>
    /// <param name="question">What was asked, such as "class".</param>
    public abstract EvaluationTable Table(string question);

    /// <summary>All of it for a JSON document; what is null stays out.</summary>
    /// <param name="labels">Name of the list of classes or labels.</param>
    public abstract IEnumerable<(string Name, object? Value)> Json(string labels);

    /// <summary>Whether the model's outputs are numbers, those for the label sets included. What follows from others means
    /// nothing.</summary>
    public bool IsFinite => (Images == 0 || double.IsFinite(Loss)) && LabelSets.All(s => s.Result.IsFinite);

    /// <summary>Mean of a figure over the classes and all label sets, each counting alike.</summary>
    public double MeanOf(Func<EvaluationResult, double> figure) => LabelSets.Select(s => s.Result).Append(this).Average(figure);

    /// <summary>Adds the figures of a split, those of the label sets included.</summary>
    /// <exception cref="ArgumentException">It is the training split.</exception>
    public void AddMetrics(IDictionary<string, double> metrics, Split split)
    {
        string scope = split switch
        {
            Split.Validation => "validation",
            Split.Test => "test",
            Split.Train => throw new ArgumentException("Training images are scored while they train.", nameof(split)),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };
        AddMetrics(metrics, scope, set: null);
        foreach ((string set, EvaluationResult of) in LabelSets)
            of.AddMetrics(metrics, scope, set);
    }

    /// <summary>Adds the figures of a target domain.</summary>
    public void AddTargetMetrics(IDictionary<string, double> metrics) => AddMetrics(metrics, "target", set: null);

    /// <summary>What is said of an image's other labels; null where that is nothing.</summary>
    protected IReadOnlyList<FurtherPrediction>? FurtherOf(Sample sample)
    {
        FurtherPrediction[] further = [.. LabelSets.Select(s => s.Result.Brief(s.Name, sample)).OfType<FurtherPrediction>()];
        return further.Length == 0 ? null : further;
    }

    private void AddMetrics(IDictionary<string, double> metrics, string scope, string? set)
    {
        foreach ((string name, double value) in Figures.Prepend(("loss", Loss)))
        {
            string key = $"{scope}.{name}";
            metrics[set is null ? key : MetricKeys.Of(key, set)] = value;
        }
    }
}

/// <summary>Figures of an evaluation in a table.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">Headings, that of the labels first.</param>
/// <param name="Rows">A cell for each column.</param>
/// <param name="Summary">A sentence of figures to stand below.</param>
public sealed record EvaluationTable(
    string Title,
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<string>> Rows,
    string Summary
);
