using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>A change of pixels, for several images at once and by a different amount for each.</summary>
/// <param name="images">[N, 3, S, S], from 0 to 1.</param>
/// <param name="amounts">By how much, for each image.</param>
/// <returns>[N, 3, S, S]; no image depends on another.</returns>
internal delegate Tensor PixelOperation(Tensor images, Amounts amounts);

/// <summary>One change of one image, as it was drawn.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Amount">By how much: the numbers that the operation wants.</param>
internal sealed record Step(PixelOperation Operation, params double[] Amount);

/// <summary>The numbers that an operation wants, for each image of a batch.</summary>
internal sealed class Amounts(IReadOnlyList<double[]> rows, Device device)
{
    public Device Device { get; } = device;
    public int Count => rows.Count;
    public double[] this[int image] => rows[image];

    /// <summary>[N, 1, 1, 1], the number at a place, to be multiplied with images.</summary>
    public Tensor Column(int place = 0) => tensor([.. rows.Select(r => (float)r[place])], [rows.Count, 1, 1, 1], device: Device);
}
