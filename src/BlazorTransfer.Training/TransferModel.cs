using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training;

/// <summary>A backbone with the head for the user's classes, on a device.</summary>
public sealed class TransferModel(Backbone backbone, IReadOnlyList<string> classes, Device device) : IDisposable
{
    public Backbone Backbone { get; } = backbone;
    public IReadOnlyList<string> Classes { get; } = classes;
    public Device Device { get; } = device;

    /// <summary>[classes], how much an error on each class counts in training; null where all count alike.</summary>
    public Tensor? ClassWeights { get; private set; }

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
    public Tensor Logits(Tensor inputs, int entry = 0) => Backbone.ForwardHead(HeadInput(inputs, entry));

    /// <summary>Runs the network from an entry point to what the head takes.</summary>
    public Tensor HeadInput(Tensor inputs, int entry) =>
        entry == HeadEntry ? inputs : Backbone.ToHeadInput(Backbone.ForwardGroups(inputs, entry, HeadEntry - entry));

    /// <summary>Lets errors on class c count N / (K n_c), for n_c of N training images in K classes, so that each class weighs the same in all.</summary>
    public void WeighClasses(IReadOnlyList<int> images)
    {
        double all = images.Sum();
        ClassWeights?.Dispose();
        // A class without training images has no errors to weigh.
        ClassWeights = tensor([.. images.Select(n => (float)(n == 0 ? 0 : all / (images.Count * n)))], device: Device).DetachFromDisposeScope();
    }

    /// <summary>Puts another head in the place of the architecture's own, on the model's device.</summary>
    internal void ReplaceHead(HeadSpec head)
    {
        Backbone.ReplaceHead(head, Classes.Count);
        Backbone.Head.to(Device);
        Backbone.Head.eval();
        // It outlives whatever the caller disposes of.
        foreach (Tensor tensor in Backbone.Head.parameters().Concat(Backbone.Head.buffers())) tensor.DetachFromDisposeScope();
    }

    /// <summary>A copy of all weights and statistics, on the CPU.</summary>
    public IReadOnlyDictionary<string, TensorData> Snapshot() => Backbone.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));

    /// <summary>Builds a trained model again from its description and tensors, on the CPU and ready for inference.</summary>
    /// <exception cref="WeightsException">The tensors are not the description's.</exception>
    public static TransferModel Restore(ModelDescription description, IReadOnlyDictionary<string, TensorData> tensors)
    {
        Backbone backbone = BackboneRegistry.Create(description.Backbone, description.Classes.Count, description.Head);
        if (!WeightsLoader.Load(backbone, tensors).HeadLoaded) throw new WeightsException("The file's head does not have the model's classes.");
        backbone.eval();
        return new TransferModel(backbone, description.Classes, CPU);
    }

    public void Dispose()
    {
        ClassWeights?.Dispose();
        Source?.Dispose();
        Teacher?.Dispose();
        Backbone.Dispose();
    }
}
