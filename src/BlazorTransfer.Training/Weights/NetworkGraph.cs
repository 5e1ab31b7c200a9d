using System.Collections;

namespace BlazorTransfer.Training.Weights;

/// <summary>The layers with weights of a network that a file describes as a graph, in the order in which they are computed.</summary>
/// <param name="Producer">The program that wrote the file; empty where it does not say.</param>
/// <param name="Layers">Convolutions, linear layers, and batch norms that do not follow a convolution.</param>
internal sealed record NetworkGraph(string Producer, IReadOnlyList<GraphLayer> Layers)
{
    /// <summary>The number of weights; batch-norm statistics do not count.</summary>
    public long Weights =>
        Layers.Sum(l => (l.Kind == LayerKind.Norm ? 0 : Count(l.Weight)) + Count(l.Bias) + Count(l.Norm?.Scale) + Count(l.Norm?.Bias));

    /// <summary>What the file holds, for a sentence.</summary>
    public string Describe()
    {
        int norms = Layers.Count(l => l.Norm is not null),
            convolutions = Of(LayerKind.Convolution),
            linear = Of(LayerKind.Linear);
        string by = Producer.Length == 0 ? "" : $" by {WeightsLimits.Shown(Producer)}";
        return FormattableString.Invariant(
            $"an ONNX network{by} (convolutions: {convolutions}, batch norms: {norms}, linear layers: {linear}, weights: {Weights:N0})"
        );
    }

    private int Of(LayerKind kind) => Layers.Count(l => l.Kind == kind);

    private static long Count(TensorData? tensor) => tensor is null ? 0 : TensorData.Count(tensor.Shape);
}

/// <summary>A layer of a <see cref="NetworkGraph"/>.</summary>
/// <param name="Kind">What it computes.</param>
/// <param name="Weight">Its weights: [C_out, C_in / groups, H, W] of a convolution, [D, K] or [K, D] of a linear layer, and [C] of a norm,
/// where it is the scale.</param>
/// <param name="Bias">Added to the output; null for none.</param>
/// <param name="Norm">The batch norm that takes the convolution's output, or the layer itself where it is a norm; null for none.</param>
/// <param name="After">Numbers of the layers that its input depends on.</param>
internal sealed record GraphLayer(LayerKind Kind, TensorData Weight, TensorData? Bias, GraphNorm? Norm, BitArray After)
{
    /// <summary>Whether the input depends on another layer's output.</summary>
    /// <param name="layer">Number of the other layer.</param>
    public bool Follows(int layer) => layer < After.Length && After[layer];
}

/// <summary>What a layer of a <see cref="NetworkGraph"/> computes.</summary>
internal enum LayerKind
{
    Convolution,
    Norm,
    Linear,
}

/// <summary>A batch norm's tensors, each [C].</summary>
internal sealed record GraphNorm(TensorData Scale, TensorData Bias, TensorData Mean, TensorData Variance);
