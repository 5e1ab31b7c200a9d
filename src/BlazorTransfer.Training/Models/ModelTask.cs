using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.LabelKinds;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Models;

/// <summary>A question that a model answers, with outputs of its own: the classes, and label sets behind them.</summary>
/// <param name="Labels">The possible answers.</param>
/// <param name="FirstOutput">Number of the first of its outputs.</param>
/// <param name="Weight">How much its errors count in training, where those of the classes count 1.</param>
public sealed record ModelTask(LabelTask Labels, int FirstOutput, double Weight = 1)
{
    /// <summary>All outputs of the model [N, outputs] to those of this set, [N, labels].</summary>
    public Tensor Of(Tensor outputs) => outputs.narrow(1, FirstOutput, Labels.Labels.Count);

    /// <summary>What follows from how many of the labels an image has.</summary>
    public TaskKind Kind { get; } = TaskKind.Of(Labels.Kind);

    /// <summary>Targets of images, [N, …]; those without a label, or with one that the model does not know, are marked.</summary>
    public Tensor TargetsOf(IReadOnlyList<Sample> samples, Device device) => Kind.TargetsOf(Labels, samples, device);

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
