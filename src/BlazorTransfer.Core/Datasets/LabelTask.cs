using System.Diagnostics.CodeAnalysis;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Datasets;

/// <summary>How many labels of a task an image has.</summary>
public enum LabelKind
{
    /// <summary>Exactly one, such as the class of a photograph with one object.</summary>
    SingleLabel,

    /// <summary>Any number, also none, such as the objects that a photograph shows.</summary>
    MultiLabel,
}

/// <summary>
/// A question that a network can answer of each image, with its possible answers. The classes of a data set are its first task; further
/// ones, of a single label, are kept in tags of the images.
/// </summary>
/// <param name="Name"><see cref="ClassName"/>, or the name of a tag, such as <c>material</c>.</param>
/// <param name="Labels">The possible answers, in the order of the model's outputs.</param>
/// <param name="Kind">How many of them an image has.</param>
public sealed record LabelTask(string Name, IReadOnlyList<string> Labels, LabelKind Kind = LabelKind.SingleLabel)
{
    /// <summary>Name of the first task.</summary>
    public const string ClassName = "class";

    /// <summary>A tag with more values than this, such as a file's number, is no question that a network answers.</summary>
    public const int MostLabels = 1000;

    /// <summary>The first task, whose labels are classes.</summary>
    public static LabelTask OfClasses(IReadOnlyList<string> classes, LabelKind kind = LabelKind.SingleLabel) =>
        new(ClassName, classes, kind);

    /// <summary>The task whose labels are the values of a tag, in the order of their names.</summary>
    public static LabelTask OfTag(string name, IEnumerable<Sample> samples) =>
        new(name, [.. samples.Select(s => s.Tags.GetValueOrDefault(name)).OfType<string>().Distinct().Order(StringComparer.Ordinal)]);

    /// <summary>The labels that an image has in this task, in no order; null for an unlabelled image.</summary>
    public IReadOnlyList<string>? LabelsOf(Sample sample) =>
        Name == ClassName ? sample.LabelsOf(Kind)
        : sample.Tags.TryGetValue(Name, out string? label) ? [label]
        : null;

    // Of two with the same content, one is as good as the other.
    public bool Equals(LabelTask? other) =>
        other is not null && Name == other.Name && Kind == other.Kind && Labels.SequenceEqual(other.Labels);

    public override int GetHashCode() => HashCode.Combine(Name, Kind, Labels.Count);
}

/// <summary>A label set that a run learns beside the classes.</summary>
/// <param name="Name">Name of the tag.</param>
/// <param name="Weight">How much its errors count, where those of the classes count 1; above 0.</param>
public sealed record LabelSetSpec(string Name, double Weight = 1)
{
    public const double MaximumWeight = 100;

    /// <summary>Reads <c>material</c> or <c>material=0.5</c>.</summary>
    /// <param name="text">The text as it was typed.</param>
    /// <param name="spec">The label set and its weight.</param>
    /// <param name="error">Why it is neither, in a sentence that says what to write.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out LabelSetSpec? spec, [NotNullWhen(false)] out Message? error)
    {
        (spec, error) = (null, null);
        string[] parts = text.Split('=', 2);
        string name = parts[0].Trim();
        if (name.Length == 0)
            error = Message.Of(
                "labels.unnamed",
                $"'{text}' names no label set. Write a name, or a name and a weight, such as material=0.5."
            );
        else if (parts.Length == 1)
            spec = new LabelSetSpec(name);
        else if (NumberText.TryParse(parts[1], out double weight, out Message? wrong))
            spec = new LabelSetSpec(name, weight);
        else
            error = Message.Of("labels.weight-unreadable", $"The weight of '{name}': {wrong}");
        return spec is not null;
    }

    /// <summary>Why such label sets cannot be learned from these images, in a sentence that says what to do; null where they can.</summary>
    /// <param name="specs">All that a run is asked to learn beside the classes.</param>
    /// <param name="samples">The run's labelled images.</param>
    public static Message? WhyNot(IReadOnlyList<LabelSetSpec> specs, IReadOnlyList<Sample> samples)
    {
        if (specs.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return Message.Of("labels.twice", $"The label set '{twice.Key}' is named twice.");
        return specs.Select(s => s.WhyNot(samples)).FirstOrDefault(w => w is not null);
    }

    private Message? WhyNot(IReadOnlyList<Sample> samples)
    {
        if (Weight is not (> 0 and <= MaximumWeight))
            return Message.Of("labels.weight-range", $"The weight of '{Name}' must be above 0 and at most {MaximumWeight}.");
        int labels = LabelTask.OfTag(Name, samples).Labels.Count,
            learned = LabelTask.OfTag(Name, samples.Where(s => s.Split == Split.Train)).Labels.Count;
        if (labels == 0)
        {
            string[] others = [.. samples.SelectMany(s => s.Tags.Keys).Distinct().Order(StringComparer.Ordinal)];
            return others.Length == 0
                ? Message.Of(
                    "labels.no-label-sets",
                    $"No image has a label '{Name}'. These images have no labels beside their classes: import them with a labels.csv."
                )
                : Message.Of("labels.other-label-sets", $"No image has a label '{Name}'. The label sets here are: {others}.");
        }

        return learned < 2
                ? Message.Of("labels.one-label", $"All training images have the same '{Name}', or none, so that there is nothing to learn.")
            : labels > LabelTask.MostLabels
                ? Message.Of(
                    "labels.too-many",
                    $"'{Name}' has {labels:N0} different labels; {LabelTask.MostLabels:N0} are the most that can be learned."
                )
            : samples.All(s => s.Split != Split.Validation || !s.Tags.ContainsKey(Name))
                ? Message.Of(
                    "labels.no-validation",
                    $"No validation image has a label '{Name}', so that nobody could tell how well it is learned."
                )
            : null;
    }
}
