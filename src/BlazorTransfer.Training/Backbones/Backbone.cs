using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>A stretch of the trunk that is frozen, given a learning rate or cached as a whole.</summary>
/// <param name="Name">Name for people, such as <c>layer2</c>.</param>
/// <param name="Modules">The modules whose parameters and buffers belong to the group.</param>
/// <param name="Forward">Maps the output of the group before ([N, 3, S, S] for the first) to the input of the next.</param>
public sealed record LayerGroup(string Name, IReadOnlyList<Module> Modules, Func<Tensor, Tensor> Forward);

/// <summary>
/// A network with torchvision's architecture and parameter names: a trunk of <see cref="LayerGroups"/> and a classification
/// head. Weights of torchvision load as they are, and what is saved loads there.
/// </summary>
public abstract class Backbone(BackboneSpec spec) : Module<Tensor, Tensor>(spec.Name)
{
    // In the place of the plain head.
    private Sequential? _ownHead;

    public BackboneSpec Spec { get; } = spec;

    /// <summary>The trunk from stem to last stage; the head is none of them.</summary>
    public abstract IReadOnlyList<LayerGroup> LayerGroups { get; }

    /// <summary>The classification head: the layers that depend on the classes, and nothing that was pretrained without them.</summary>
    public Module<Tensor, Tensor> Head => _ownHead ?? PlainHead;

    /// <summary>The head, where it is more than the architecture's own; null where it is that.</summary>
    public HeadSpec? HeadSpec { get; private set; }

    /// <summary>
    /// Children that served the original training only. They travel with the weights, so that these load strictly elsewhere, and are
    /// never computed.
    /// </summary>
    public virtual IReadOnlyList<string> AuxiliaryHeads => [];

    /// <summary>The head's name in the state dictionary, such as <c>fc</c> or <c>classifier.6</c>.</summary>
    public string HeadName => named_modules().First(m => ReferenceEquals(m.module, Head)).name;

    /// <summary>The head's input is a map [N, FeatureDim, H, W], not one vector an image.</summary>
    public virtual bool HeadTakesMap => false;

    /// <summary>The head that the architecture has of its own: one linear layer, or a 1×1 convolution.</summary>
    protected abstract Module<Tensor, Tensor> PlainHead { get; }

    /// <summary>How many groups, from the stem, are frozen.</summary>
    public int FrozenGroups { get; private set; }

    /// <summary>What computes the groups in training mode, in bfloat16; null where they are in single precision.</summary>
    internal HalfTrunk? Half { get; set; }

    private HalfTrunk? LearningHalf => training ? Half : null;

    /// <summary>Images [N, 3, S, S] to the head's input: [N, FeatureDim], or a map where torchvision's head is convolutional.</summary>
    public Tensor ForwardFeatures(Tensor images) => ToHeadInput(ForwardGroups(images, 0, LayerGroups.Count));

    /// <summary>Runs <paramref name="count"/> groups from <paramref name="first"/>, so that what comes before can be computed once and
    /// kept.</summary>
    public Tensor ForwardGroups(Tensor input, int first, int count) =>
        LearningHalf is { } half && count > 0
            ? half.Forward(input, first, count)
            : LayerGroups.Skip(first).Take(count).Aggregate(ChannelsLast(input), (x, group) => group.Forward(x));

    /// <summary>The outputs of all groups from <paramref name="first"/> on, each [N, C, H, W].</summary>
    public IReadOnlyList<Tensor> ForwardMaps(Tensor input, int first)
    {
        if (LearningHalf is { } half)
            return half.ForwardMaps(input, first);
        var maps = new List<Tensor>();
        foreach (LayerGroup group in LayerGroups.Skip(first))
            maps.Add(group.Forward(maps.Count == 0 ? ChannelsLast(input) : maps[^1]));
        return maps;
    }

    /// <summary>The last group's output to the head's input.</summary>
    public abstract Tensor ToHeadInput(Tensor trunk);

    /// <summary>The head's input to one vector an image, [N, FeatureDim].</summary>
    public virtual Tensor Pool(Tensor headInput) => headInput;

    /// <summary>The head's input to logits [N, classes].</summary>
    public Tensor ForwardHead(Tensor headInput) => _ownHead?.call(headInput) ?? ForwardPlainHead(headInput);

    /// <summary>D of what the head's last layer takes.</summary>
    public int HeadFeatureDim => HeadSpec?.Width ?? Spec.FeatureDim;

    /// <summary>The last layer of a head that is not the architecture's own, from its features [N, D] to logits; null for others.</summary>
    public Module<Tensor, Tensor>? LastLayer => (Module<Tensor, Tensor>?)_ownHead?.children().Last();

    /// <summary>The head's input to logits [N, classes], and to what the head's last layer takes for them, [N, D].</summary>
    public (Tensor Features, Tensor Logits) ForwardHeadAndFeatures(Tensor headInput)
    {
        if (_ownHead is null)
            return (Pool(headInput), ForwardHead(headInput));
        Module<Tensor, Tensor>[] layers = [.. _ownHead.children().Cast<Module<Tensor, Tensor>>()];
        Tensor features = Chain(layers[..^1], headInput);
        return (features, layers[^1].call(features));
    }

    /// <summary>Images [N, 3, S, S] to logits [N, classes].</summary>
    public override Tensor forward(Tensor images) => ForwardHead(ForwardFeatures(images));

    /// <summary>
    /// Freezes the first <paramref name="groups"/> groups: no gradients, and their batch norms keep their statistics also in
    /// training mode. Groups behind them are trainable.
    /// </summary>
    public void Freeze(int groups)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, LayerGroups.Count);
        FrozenGroups = groups;
        for (int g = 0; g < LayerGroups.Count; g++)
        {
            foreach (Parameter parameter in LayerGroups[g].Modules.SelectMany(m => m.parameters()))
                parameter.requires_grad = g >= groups;
        }

        foreach ((string name, Module child) in named_children().Where(c => AuxiliaryHeads.Contains(c.name)))
        {
            foreach (Parameter parameter in child.parameters())
                parameter.requires_grad = false;
        }

        this.train(training);
    }

    public override void train(bool train = true)
    {
        base.train(train);
        foreach (Module module in LayerGroups.Take(FrozenGroups).SelectMany(g => g.Modules))
            module.eval();
        Half?.Follow();
    }

    /// <summary>
    /// Puts a new head in the place of the plain one, under its name: there torchvision's network takes one too.
    /// Once, before anything else is done with the network.
    /// </summary>
    internal void ReplaceHead(HeadSpec head, int classes)
    {
        if (_ownHead is not null)
            throw new InvalidOperationException("The head was replaced already.");
        string[] path = HeadName.Split('.');
        Module plain = PlainHead,
            outermost = named_children().First(c => c.name == path[0]).module;
        _ownHead = OwnHead.Create(Spec.FeatureDim, head, classes, HeadTakesMap);
        HeadSpec = head;
        // A sequence cannot exchange a module, so it is made anew of the others. It is there for the names: no forward calls it.
        Module replacement =
            path.Length == 1
                ? _ownHead
                : Sequential([
                    .. outermost.named_children().Select(c => (c.name, c.name == path[1] ? _ownHead : (Module<Tensor, Tensor>)c.module)),
                ]);
        register_module(path[0], null!);
        register_module(path[0], replacement);
        plain.Dispose();
    }

    /// <inheritdoc cref="ForwardHead"/>
    protected virtual Tensor ForwardPlainHead(Tensor headInput) => PlainHead.call(headInput);

    /// <summary>A group of modules that follow one another.</summary>
    protected static LayerGroup Group(string name, params Module<Tensor, Tensor>[] modules) => new(name, modules, x => Chain(modules, x));

    /// <summary>
    /// The same maps, [N, C, H, W], with a pixel's channels side by side in memory: the order in which convolutions on a CPU and on
    /// tensor cores work, and which their outputs keep. TorchSharp has no <c>memory_format</c>, so it is made by permuting.
    /// </summary>
    private static Tensor ChannelsLast(Tensor maps) =>
        maps.Dimensions == 4 ? maps.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : maps;

    /// <summary>Calls modules one after another.</summary>
    protected static Tensor Chain(IEnumerable<Module<Tensor, Tensor>> modules, Tensor x) =>
        modules.Aggregate(x, (y, module) => module.call(y));

    /// <summary>He initialisation of the convolutions as torchvision does it (fan-out, ReLU); batch norms start as the identity.</summary>
    protected void InitialiseConvolutions()
    {
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
        {
            init.kaiming_normal_(convolution.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
            if (convolution.bias is { } bias)
                init.zeros_(bias);
        }
    }

    /// <summary>Registers a child under torchvision's name and returns it.</summary>
    protected T Child<T>(string name, T module)
        where T : Module
    {
        register_module(name, module);
        return module;
    }
}
