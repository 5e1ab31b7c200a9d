using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Inputs;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Models;

/// <summary>A label set that a model answers beside its classes, with outputs of its own behind theirs.</summary>
/// <param name="Labels">The possible answers.</param>
/// <param name="FirstOutput">Number of the first of its outputs.</param>
/// <param name="Weight">How much its errors count in training, where those of the classes count 1.</param>
public sealed record ModelTask(LabelTask Labels, int FirstOutput, double Weight = 1)
{
    /// <summary>All outputs of the model [N, outputs] to those of this set, [N, labels].</summary>
    public Tensor Of(Tensor outputs) => outputs.narrow(1, FirstOutput, Labels.Labels.Count);

    /// <summary>Numbers of the images' labels; <see cref="BatchSource.NoLabel"/> where an image has none, or one that the model does
    /// not know.</summary>
    public long[] NumbersOf(IEnumerable<Sample> samples)
    {
        Dictionary<string, long> numbers = Labels.Labels.Select((label, i) => (label, (long)i)).ToDictionary(StringComparer.Ordinal);
        return
        [
            .. samples.Select(s =>
                Labels.LabelsOf(s) is [{ } label] && numbers.TryGetValue(label, out long number) ? number : BatchSource.NoLabel
            ),
        ];
    }

    /// <summary>Label sets in their order, the outputs of each after those of the one before.</summary>
    /// <param name="sets">The sets, with their weights.</param>
    /// <param name="classes">Outputs of the classes, which come first.</param>
    public static IReadOnlyList<ModelTask> Behind(int classes, IEnumerable<(LabelTask Set, double Weight)> sets)
    {
        int first = classes;
        var tasks = new List<ModelTask>();
        foreach ((LabelTask set, double weight) in sets)
        {
            tasks.Add(new ModelTask(set, first, weight));
            first += set.Labels.Count;
        }

        return tasks;
    }
}
