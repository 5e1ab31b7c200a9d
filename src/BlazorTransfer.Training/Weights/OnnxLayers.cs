using System.Collections;
using BlazorTransfer.Training.Weights.Onnx;

namespace BlazorTransfer.Training.Weights;

/// <summary>Finds the layers with weights among the nodes of an ONNX graph, and which of them depend on which.</summary>
internal static class OnnxLayers
{
    /// <param name="nodes">Nodes in the order of the file, which is one in which they can be computed.</param>
    /// <param name="tensors">The weights by name.</param>
    public static IReadOnlyList<GraphLayer> Of(IReadOnlyList<NodeProto> nodes, IReadOnlyDictionary<string, TensorData> tensors)
    {
        var layers = new List<GraphLayer>();
        int most = nodes.Count(n => LayerOf(n, tensors, new BitArray(0)) is not null);
        // Of each value: the layers that it depends on, and the one whose output it is.
        var after = new Dictionary<string, BitArray>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (NodeProto node in nodes)
        {
            var before = new BitArray(most);
            foreach (string input in node.Input)
            {
                if (after.TryGetValue(input, out BitArray? known))
                    before.Or(known);
            }

            if (LayerOf(node, tensors, before) is { } layer)
            {
                if (layer.Norm is { } norm && TakesOutputOf(node, layers, outputs) is { } convolution)
                {
                    layers[convolution] = layers[convolution] with { Norm = norm };
                }
                else
                {
                    outputs[node.Output[0]] = layers.Count;
                    before = new BitArray(before) { [layers.Count] = true };
                    layers.Add(layer);
                }
            }

            foreach (string output in node.Output)
                after[output] = before;
        }

        return layers;
    }

    /// <summary>The convolution whose output a batch norm takes, if that has no norm yet.</summary>
    private static int? TakesOutputOf(NodeProto norm, List<GraphLayer> layers, Dictionary<string, int> outputs) =>
        outputs.TryGetValue(norm.Input[0], out int layer) && layers[layer] is { Kind: LayerKind.Convolution, Norm: null } ? layer : null;

    private static GraphLayer? LayerOf(NodeProto node, IReadOnlyDictionary<string, TensorData> tensors, BitArray after)
    {
        TensorData? Input(int i) => i < node.Input.Count ? tensors.GetValueOrDefault(node.Input[i]) : null;
        return node.OpType switch
        {
            "Conv" when Input(1) is { } weight => new GraphLayer(LayerKind.Convolution, weight, Input(2), null, after),
            "Gemm" or "MatMul" when Input(1) is { } weight => new GraphLayer(LayerKind.Linear, weight, Input(2), null, after),
            "BatchNormalization" when (Input(1), Input(2), Input(3), Input(4)) is ({ } scale, { } bias, { } mean, { } variance) =>
                new GraphLayer(LayerKind.Norm, scale, null, new GraphNorm(scale, bias, mean, variance), after),
            _ => null,
        };
    }
}
