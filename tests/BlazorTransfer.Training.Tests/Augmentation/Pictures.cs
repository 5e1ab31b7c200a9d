using BlazorTransfer.Training.Augmentation;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Augmentation;

/// <summary>Small pictures with whole byte values, and shorthand for operations on them.</summary>
internal static class Pictures
{
    /// <summary>[N, 3, S, S] of k / 255.</summary>
    public static Tensor Random(int count, int side, int seed = 1)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, count * 3 * side * side).Select(_ => random.Next(256) / 255f)], [count, 3, side, side]);
    }

    public static Tensor Apply(PixelOperation operation, Tensor images, params double[][] amounts) =>
        operation(images, new Amounts(amounts, images.device));

    public static double Distance(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    public static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
