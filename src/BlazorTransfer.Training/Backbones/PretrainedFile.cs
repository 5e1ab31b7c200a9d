using BlazorTransfer.Core.Messages;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// A file of pretrained weights, as the state dictionary of a known network. Of an ONNX network whose tensors have other names, the layers
/// say which network it is: each layer of the network is the next one of its shape in the graph. That is right where layers of one shape
/// depend on one another, in a chain; a network with two of them side by side is refused, since nothing says which is which.
/// </summary>
public static class PretrainedFile
{
    /// <inheritdoc cref="WeightsFile.Inspect(string)"/>
    public static WeightsContent Inspect(string path) => Named(WeightsFile.Inspect(path));

    /// <inheritdoc cref="WeightsFile.Open(string)"/>
    public static IReadOnlyDictionary<string, TensorData> Open(string path) => Inspect(path).Tensors;

    /// <summary>The content with the names of a known network, if it is a graph of one; else as it is, with a note of what was
    /// found.</summary>
    internal static WeightsContent Named(WeightsContent content)
    {
        if (content.Graph is not { } graph || HasNamesOfANetwork(content.Tensors))
            return content;
        Message problem = Message.Of("weights.no-such-layers", $"No known network has these layers.");
        foreach (string name in BackboneRegistry.OfSize(graph.Weights))
        {
            using var scope = NewDisposeScope();
            using Backbone backbone = BackboneRegistry.Create(name, classes: 2);
            if (
                Match(backbone, graph) is not { } found
                || WeightsLoader.TrunkDifferences(name, found.Tensors) is var d && d.Matching < d.Total
            )
                continue;
            if (found.Ambiguous is { } shape)
            {
                problem = Message.Of(
                    "weights.ambiguous-layers",
                    $"Two layers of the same shape [{shape.Select(side => $"{side}")}] are side by side, so the layers of "
                        + $"{backbone.Spec.DisplayName} cannot be told apart. Keep the names of the network when exporting."
                );
                continue;
            }

            return content with
            {
                Tensors = found.Tensors,
                Note = Message.Of("weights.recognised", $"Recognised by its layers: {graph.Describe()}."),
            };
        }

        if (graph.Layers.All(l => l.Norm is null) && graph.Layers.Any(l => l is { Kind: LayerKind.Convolution, Bias: not null }))
            problem = Message.Join([
                problem,
                Message.Of(
                    "weights.folded-norms",
                    $"If it had batch norms, they were folded into the convolutions: export it without folding."
                ),
            ]);
        return content with { Note = Message.Join([Message.Of("weights.graph", $"It is {graph.Describe()}."), problem]) };
    }

    // Networks are built to compare names, so that is done only where a first layer has one.
    private static bool HasNamesOfANetwork(IReadOnlyDictionary<string, TensorData> tensors) =>
        StateDictionaryFinder.FirstTensors.Any(tensors.ContainsKey) && WeightsLoader.FittingBackbones(tensors).Count > 0;

    /// <summary>The tensors by the network's names, or the shape that keeps layers from being told apart; null where the layers are not
    /// those of the network.</summary>
    private static (Dictionary<string, TensorData> Tensors, IReadOnlyList<long>? Ambiguous)? Match(Backbone backbone, NetworkGraph graph)
    {
        Dictionary<string, Tensor> own = backbone.state_dict();
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        Dictionary<string, int[]> left = Enumerable
            .Range(0, graph.Layers.Count)
            .Where(i => graph.Layers[i].Kind != LayerKind.Linear)
            .GroupBy(i => KeyOf(graph.Layers[i].Weight.Shape, graph.Layers[i]))
            .ToDictionary(g => g.Key, g => g.ToArray());
        var used = new Dictionary<string, int>();
        foreach (TrunkLayer layer in TrunkLayer.Of(backbone))
        {
            string weight = $"{layer.Convolution ?? layer.Norm}.weight";
            string key = KeyOf(
                own[weight].shape,
                layer.Convolution is not null,
                own.ContainsKey($"{layer.Convolution}.bias"),
                layer.Norm is not null
            );
            int next = used.GetValueOrDefault(key);
            if (!left.TryGetValue(key, out int[]? alike) || next >= alike.Length)
                return null;
            used[key] = next + 1;
            Take(tensors, layer, graph.Layers[alike[next]]);
        }

        if (left.Any(l => l.Value.Length != used.GetValueOrDefault(l.Key)))
            return null;
        int[]? parallel = left.Values.FirstOrDefault(alike => alike.Zip(alike.Skip(1)).Any(p => !graph.Layers[p.Second].Follows(p.First)));
        if (parallel is not null)
            return (tensors, graph.Layers[parallel[0]].Weight.Shape);
        if (BackboneRegistry.InputOfGraph(backbone.Spec.Name) is { } input && input.Producer == graph.Producer)
        {
            string first = tensors.Keys.First();
            tensors[first] = input.Fold(tensors[first], backbone.Spec.Preprocessing);
        }

        return (tensors, null);
    }

    private static void Take(Dictionary<string, TensorData> tensors, TrunkLayer layer, GraphLayer found)
    {
        if (layer.Convolution is { } convolution)
        {
            tensors[$"{convolution}.weight"] = found.Weight;
            if (found.Bias is not null)
                tensors[$"{convolution}.bias"] = found.Bias;
        }

        if (layer.Norm is { } name && found.Norm is { } norm)
        {
            tensors[$"{name}.weight"] = norm.Scale;
            tensors[$"{name}.bias"] = norm.Bias;
            tensors[$"{name}.running_mean"] = norm.Mean;
            tensors[$"{name}.running_var"] = norm.Variance;
        }
    }

    private static string KeyOf(IReadOnlyList<long> shape, GraphLayer layer) =>
        KeyOf(shape, layer.Kind == LayerKind.Convolution, layer.Bias is not null, layer.Norm is not null);

    private static string KeyOf(IReadOnlyList<long> shape, bool isConvolution, bool hasBias, bool hasNorm) =>
        $"{string.Join(',', shape)} {isConvolution} {hasBias} {hasNorm}";
}
