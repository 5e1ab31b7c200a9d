using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Weights;
using TorchSharp.Modules;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Heads that no architecture has of its own, of any kind.</summary>
internal static class OwnHead
{
    /// <param name="features">Width of the trunk's features.</param>
    /// <param name="spec">The head.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="takesMap">Whether the head is given maps [N, features, H, W] instead of [N, features], so that it averages
    /// first.</param>
    public static Sequential Create(int features, HeadSpec spec, int classes, bool takesMap) =>
        spec.Kind switch
        {
            HeadKind.Hidden => MlpHead.Create(features, spec, classes, takesMap),
            HeadKind.Kernel => KernelHead.Create(features, spec, classes, takesMap),
            HeadKind.Neighbours => NeighbourHead.Create(features, spec, classes, takesMap),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, null),
        };

    /// <summary>The same as Python, where <c>torch</c> is imported and <c>labels</c> lists the classes: definitions, which may be none, and
    /// an expression.</summary>
    public static PyTorchCode PyTorch(int features, HeadSpec spec, bool takesMap)
    {
        (string definition, IEnumerable<string> layers) = spec.Kind switch
        {
            HeadKind.Hidden => ("", MlpHead.PyTorchLayers(features, spec)),
            HeadKind.Kernel => (KernelHead.PyTorchDefinition, KernelHead.PyTorchLayers(features, spec)),
            HeadKind.Neighbours => (NeighbourHead.PyTorchDefinition, NeighbourHead.PyTorchLayers(features, spec)),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, null),
        };
        string[] all = [.. takesMap ? ["torch.nn.AdaptiveAvgPool2d(1)", "torch.nn.Flatten()"] : Array.Empty<string>(), .. layers];
        return new PyTorchCode(definition, $"torch.nn.Sequential(\n{string.Concat(all.Select(l => $"    {l},\n"))})");
    }

    /// <summary>The head's name among tensors that may be of any network; null where there is no such head.</summary>
    public static string? NameIn(IReadOnlyDictionary<string, TensorData> tensors)
    {
        if (MlpHead.Find(tensors) is var (name, _))
            return name;
        string? mark = tensors.Keys.FirstOrDefault(k =>
            k.EndsWith($".{KernelFeatures.Landmarks}", StringComparison.Ordinal)
            || k.EndsWith($".{NeighbourVotes.References}", StringComparison.Ordinal)
        );
        // Without the layer's place in the sequence, and what it calls it.
        return mark?.Split('.') is [.., _, _] parts ? string.Join('.', parts[..^2]) : null;
    }
}
