using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// The input of a network in an ONNX file by the authors of its weights: pixels of another order and scale than <see cref="Preprocessing"/>
/// gives. The mean is that of the preprocessing.
/// </summary>
/// <param name="Producer">The program that wrote their file; graphs by others take the usual input.</param>
/// <param name="IsBgr">Whether blue is the first channel.</param>
/// <param name="Scale">Value of a full channel, such as 255, before the mean is subtracted.</param>
internal sealed record GraphInput(string Producer, bool IsBgr, float Scale)
{
    /// <summary>
    /// The first convolution for the usual input x: W'[o, c] = W[o, c'] · scale · σ[c], since the graph's input is scale · σ · x in its own
    /// order c' of the channels. Zeros, with which a convolution pads, mean the same colour in both.
    /// </summary>
    /// <param name="kernel">W [C_out, 3, H, W].</param>
    /// <param name="preprocessing">Gives x, with σ as its standard deviation.</param>
    public TensorData Fold(TensorData kernel, Preprocessing preprocessing)
    {
        using var scope = NewDisposeScope();
        // In double precision, so that the weights are rounded once.
        Tensor scale = tensor([.. preprocessing.Std.Select(s => (double)Scale * s)], dtype: ScalarType.Float64).reshape(1, -1, 1, 1);
        Tensor weight = kernel.ToTensor().to(ScalarType.Float64);
        return TensorData.FromTensor((IsBgr ? weight.flip(1) : weight).mul(scale).to(ScalarType.Float32));
    }
}
