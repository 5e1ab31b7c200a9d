using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Models;

/// <summary>A backbone with the head for the user's classes, on a device.</summary>
public sealed class TransferModel(Backbone backbone, IReadOnlyList<string> classes, Device device) : IDisposable
{
    // Of all tasks.
    private IReadOnlyList<Tensor> _labelWeights = [];

    public Backbone Backbone { get; } = backbone;
    public IReadOnlyList<string> Classes { get; } = classes;
    public Device Device { get; } = device;

    /// <summary>How many of <see cref="Classes"/> an image has.</summary>
    public LabelKind Kind { get; init; }

    /// <summary>The probability from which on an image has a class, for each class; null until they were chosen, and where an image has
    /// exactly one.</summary>
    public IReadOnlyList<double>? Thresholds { get; set; }

    /// <summary>What it answers first of all: the classes.</summary>
    public ModelTask ClassTask => field ??= new ModelTask(LabelTask.OfClasses(Classes, Kind), FirstOutput: 0);

    /// <summary>What it answers beside the classes; empty for most.</summary>
    public IReadOnlyList<ModelTask> Tasks { get; init; } = [];

    /// <summary>All that it answers, the classes first.</summary>
    public IEnumerable<ModelTask> AllTasks => Tasks.Prepend(ClassTask);

    /// <summary>How much errors on each class count in training, see <see cref="LabelKinds.TaskKind.WeightsFor"/>; null where all count
    /// alike.</summary>
    public Tensor? ClassWeights => _labelWeights.FirstOrDefault();

    /// <summary>The same for the labels of each of <see cref="Tasks"/>; empty where all count alike.</summary>
    public IReadOnlyList<Tensor> TaskLabelWeights => [.. _labelWeights.Skip(1)];

    /// <summary>
    /// The network as it was before the run, with the head of what it was pretrained on where its file has one: frozen, and there only for
    /// methods that compare with it. Disposed of with this model.
    /// </summary>
    public TransferModel? Source { get; init; }

    /// <summary>The earlier run's model that this one learns from; null where the method takes none. Disposed of with this model.</summary>
    public TeacherNetwork? Teacher { get; init; }

    /// <summary>Number of layer groups; the entry point behind the last of them is the head's input.</summary>
    public int HeadEntry => Backbone.LayerGroups.Count;

    /// <summary>Runs the network up to an entry point: images [N, 3, S, S] to what the group of that number takes.</summary>
    public Tensor ForwardTo(int entry, Tensor images)
    {
        Tensor trunk = Backbone.ForwardGroups(images, 0, entry);
        return entry == HeadEntry ? Backbone.ToHeadInput(trunk) : trunk;
    }

    /// <summary>Runs the network from an entry point to logits [N, classes]; from 0, the inputs are images.</summary>
    public Tensor Logits(Tensor inputs, int entry = 0) => ClassesOf(Outputs(inputs, entry));

    /// <summary>Runs the network from an entry point to all its outputs, [N, outputs]: the classes' logits, and behind them those of
    /// <see cref="Tasks"/>.</summary>
    public Tensor Outputs(Tensor inputs, int entry = 0) => Backbone.ForwardHead(HeadInput(inputs, entry));

    /// <summary>All outputs [N, outputs] to the classes' logits, [N, classes].</summary>
    public Tensor ClassesOf(Tensor outputs) => Tasks.Count == 0 ? outputs : outputs.narrow(1, 0, Classes.Count);

    /// <summary>Runs the network from an entry point to what the head takes.</summary>
    public Tensor HeadInput(Tensor inputs, int entry) =>
        entry == HeadEntry ? inputs : Backbone.ToHeadInput(Backbone.ForwardGroups(inputs, entry, HeadEntry - entry));

    /// <summary>Lets rare labels weigh as much as frequent ones in training, of the classes and of each of <see cref="Tasks"/>.</summary>
    public void WeighLabels(IReadOnlyList<Sample> training)
    {
        DisposeWeights();
        _labelWeights = [.. AllTasks.Select(t => t.Kind.WeightsFor(t.Labels, training, Device).DetachFromDisposeScope())];
    }

    /// <summary>Puts another head in the place of the architecture's own, on the model's device.</summary>
    internal void ReplaceHead(HeadSpec head)
    {
        Backbone.ReplaceHead(head, OutputsOf(Classes, Tasks));
        Backbone.Head.to(Device);
        Backbone.Head.eval();
        // It outlives whatever the caller disposes of.
        foreach (Tensor tensor in Backbone.Head.parameters().Concat(Backbone.Head.buffers()))
            tensor.DetachFromDisposeScope();
    }

    /// <summary>A copy of all weights and statistics, on the CPU.</summary>
    public IReadOnlyDictionary<string, TensorData> Snapshot() =>
        Backbone.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));

    /// <summary>Builds a trained model again from its description and tensors, on the CPU and ready for inference.</summary>
    /// <exception cref="WeightsException">The tensors are not the description's.</exception>
    public static TransferModel Restore(ModelDescription description, IReadOnlyDictionary<string, TensorData> tensors)
    {
        IReadOnlyList<ModelTask> tasks = ModelTask.Behind(description.Classes.Count, (description.LabelSets ?? []).Select(s => (s, 1.0)));
        Backbone backbone = BackboneRegistry.Create(description.Backbone, OutputsOf(description.Classes, tasks), description.Head);
        if (!WeightsLoader.Load(backbone, tensors).HeadLoaded)
            throw new WeightsException("weights.other-head", $"The file's head does not have the model's classes.");
        backbone.eval();
        return new TransferModel(backbone, description.Classes, CPU)
        {
            Kind = description.Kind,
            Thresholds = description.Thresholds,
            Tasks = tasks,
        };
    }

    /// <summary>How many outputs a network needs for them.</summary>
    internal static int OutputsOf(IReadOnlyList<string> classes, IReadOnlyList<ModelTask> tasks) =>
        classes.Count + tasks.Sum(t => t.Labels.Labels.Count);

    public void Dispose()
    {
        DisposeWeights();
        Source?.Dispose();
        Teacher?.Dispose();
        Backbone.Dispose();
    }

    private void DisposeWeights()
    {
        foreach (Tensor weights in _labelWeights)
            weights.Dispose();
    }
}
