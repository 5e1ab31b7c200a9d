using BlazorTransfer.Training.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// A network's trunk as training steps compute it in mixed precision (Micikevicius et al., "Mixed Precision Training", 2018; Kalamkar et
/// al., "A Study
/// of BFLOAT16 for Deep Learning Training", 2019): a copy whose weights are the network's, rounded to bfloat16, so that forward and
/// backward pass are
/// in bfloat16. The network's own weights, the masters, stay in single precision: gradients are added to theirs, the optimizer moves them,
/// and they are
/// what is averaged, evaluated and saved. A step that is smaller than the last digit of a rounded weight is therefore not lost. Batch norms
/// are the
/// network's own, in single precision. While it lives, the network in training mode runs its groups through it; what goes in and comes out
/// is in
/// single precision, so that heads and losses are too.
/// </summary>
internal sealed class HalfTrunk : IDisposable
{
    private readonly Backbone _network;
    private readonly Backbone _copy;
    private readonly (Parameter Master, Parameter Rounded)[] _weights;

    /// <param name="network">The network, on its device; it is computed through this until this is disposed of.</param>
    public HalfTrunk(Backbone network)
    {
        if (network.Half is not null)
            throw new InvalidOperationException("The network is computed in bfloat16 already.");
        // The head is not asked, so it may have any classes.
        (_network, _copy) = (network, BackboneRegistry.Create(network.Spec.Name, 1));
        _copy.to(network.parameters().First().device);
        _copy.to(bfloat16);
        // By name, since moving to a device or a type replaces the tensors.
        Dictionary<string, Parameter> rounded = _copy.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Dictionary<string, BatchNorm> norms = _copy
            .named_modules()
            .Where(m => m.module is BatchNorm)
            .ToDictionary(m => m.name, m => (BatchNorm)m.module);
        foreach (
            (string name, BatchNorm norm) in network
                .named_modules()
                .Where(m => m.module is BatchNorm && norms.ContainsKey(m.name))
                .Select(m => (m.name, (BatchNorm)m.module))
        )
            norms[name].StandsFor = norm;
        string[] others = [network.HeadName, .. network.AuxiliaryHeads, .. norms.Keys];
        _weights =
        [
            .. network
                .named_parameters()
                .Where(p => !others.Any(module => IsOf(p.name, module)))
                .Select(p => (p.parameter, rounded[p.name])),
        ];
        foreach (Tensor tensor in _copy.parameters().Concat(_copy.buffers()))
            tensor.DetachFromDisposeScope();
        Round(_weights);
        _network.Half = this;
        Follow();
    }

    /// <summary>Runs <paramref name="count"/> groups from <paramref name="first"/>, as <see cref="Backbone.ForwardGroups"/> does.</summary>
    public Tensor Forward(Tensor input, int first, int count) => _copy.ForwardGroups(input.to(bfloat16), first, count).to(float32);

    /// <summary>The outputs of all groups from <paramref name="first"/> on, as <see cref="Backbone.ForwardMaps"/> gives them.</summary>
    public IReadOnlyList<Tensor> ForwardMaps(Tensor input, int first) =>
        [.. _copy.ForwardMaps(input.to(bfloat16), first).Select(map => map.to(float32))];

    /// <summary>Freezes what the network freezes, and is in its mode.</summary>
    public void Follow()
    {
        _copy.train(_network.training);
        _copy.Freeze(_network.FrozenGroups);
    }

    /// <summary>
    /// Adds the gradients of a backward pass to the masters', in single precision, and forgets them. After each pass: summed in bfloat16,
    /// those of
    /// several batches would lose what is small. A weight without a gradient gives its master none.
    /// </summary>
    public void TakeGradients()
    {
        using var gradients = no_grad();
        foreach ((Parameter master, Parameter rounded) in _weights)
        {
            using var scope = NewDisposeScope();
            if (rounded.grad is not { } gradient)
                continue;
            if (master.grad is { } sum)
                sum.AddInPlace(gradient);
            else
                master.grad = gradient.to(float32);
            rounded.grad = null;
        }
    }

    /// <summary>Takes the masters' values after a step.</summary>
    public void Refresh() => Round(_weights.Where(w => w.Master.requires_grad));

    public void Dispose()
    {
        _network.Half = null;
        _copy.Dispose();
    }

    private static void Round(IEnumerable<(Parameter Master, Parameter Rounded)> weights)
    {
        using var gradients = no_grad();
        foreach ((Parameter master, Parameter rounded) in weights)
            rounded.copy_(master);
    }

    private static bool IsOf(string parameter, string module) => parameter.StartsWith(module + ".", StringComparison.Ordinal);
}
