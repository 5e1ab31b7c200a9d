using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>Changes of an image's sharpness.</summary>
internal static class FilterOperations
{
    // Beyond three standard deviations lies a third of a percent.
    private const double Reach = 3;

    /// <summary>Gaussian blur with a standard deviation in pixels, mirrored at the edges; 0 leaves an image as it is.</summary>
    public static Tensor Blur(Tensor images, Amounts deviations)
    {
        (long n, long side) = (images.shape[0], images.shape[2]);
        // Mirroring needs what it mirrors.
        int radius = Math.Min((int)side - 1, Enumerable.Range(0, deviations.Count).Max(i => (int)Math.Ceiling(Reach * deviations[i][0])));
        float[] kernels =
        [
            .. Enumerable
                .Range(0, deviations.Count)
                .SelectMany(i => Enumerable.Repeat(Kernel(deviations[i][0], radius), 3))
                .SelectMany(k => k),
        ];
        Tensor kernel = tensor(kernels, [3 * n, 1, 2 * radius + 1, 1], device: deviations.Device);
        Tensor padded = nn
            .functional.pad(images, [radius, radius, radius, radius], PaddingModes.Reflect)
            .reshape(1, 3 * n, side + 2 * radius, side + 2 * radius);
        Tensor vertical = nn.functional.conv2d(padded, kernel, groups: 3 * n);
        return nn.functional.conv2d(vertical, kernel.transpose(2, 3), groups: 3 * n).reshape(images.shape);
    }

    /// <summary>f · x + (1 − f) · a smoothed image, whose edge pixels stay (PIL's kernel): below 1 softer, above 1 crisper.</summary>
    public static Tensor Sharpness(Tensor images, Amounts factors)
    {
        long side = images.shape[2];
        if (side < 3)
            return images.clone();
        Tensor kernel = tensor(
                [1f / 13, 1f / 13, 1f / 13, 1f / 13, 5f / 13, 1f / 13, 1f / 13, 1f / 13, 1f / 13],
                [1, 1, 3, 3],
                device: factors.Device
            )
            .repeat(3, 1, 1, 1);
        Tensor smooth = images.clone();
        smooth.narrow(2, 1, side - 2).narrow(3, 1, side - 2).copy_(nn.functional.conv2d(images, kernel, groups: 3));
        return ColourOperations.Blend(images, smooth, factors);
    }

    /// <summary>Weights that sum to 1, zero beyond the image's own reach: it must not matter which others are in the batch.</summary>
    private static float[] Kernel(double deviation, int radius)
    {
        int own = Math.Min(radius, (int)Math.Ceiling(Reach * deviation));
        double[] weights =
        [
            .. Enumerable
                .Range(-radius, 2 * radius + 1)
                .Select(x =>
                    Math.Abs(x) > own ? 0
                    : x == 0 ? 1
                    : Math.Exp(-x * x / (2 * deviation * deviation))
                ),
        ];
        double sum = weights.Sum();
        return [.. weights.Select(w => (float)(w / sum))];
    }
}
