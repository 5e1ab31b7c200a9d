using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>Changes of an image's tones that policies draw from, as PIL and torchvision define them on 8-bit images.</summary>
internal static class ToneOperations
{
    private const int Levels = 256;

    /// <summary>Keeps the upper bits of each value.</summary>
    public static Tensor Posterize(Tensor images, Amounts bits)
    {
        Tensor step = tensor(
            [.. Enumerable.Range(0, bits.Count).Select(i => (float)(1 << (8 - (int)bits[i][0])))],
            [bits.Count, 1, 1, 1],
            device: bits.Device
        );
        return Bytes(images).div(step).floor().mul(step).Times(1.0 / (Levels - 1));
    }

    /// <summary>Inverts what is at least as bright as the threshold.</summary>
    public static Tensor Solarize(Tensor images, Amounts thresholds) =>
        where(images.ge(thresholds.Column()), images.Times(-1).Plus(1), images);

    /// <summary>Stretches each channel from its darkest and brightest value to 0 and 1; one of a single value stays.</summary>
    public static Tensor AutoContrast(Tensor images, Amounts none)
    {
        Tensor darkest = images.amin([2, 3], keepdim: true),
            range = images.amax([2, 3], keepdim: true).Minus(darkest);
        return where(range.gt(zeros_like(range)), images.Minus(darkest).div(range), images).Clamp(0, 1);
    }

    /// <summary>Spreads each channel's values evenly over the range, by a table from its histogram.</summary>
    public static Tensor Equalize(Tensor images, Amounts none)
    {
        long channels = images.shape[0] * 3;
        Tensor values = Bytes(images).reshape(channels, -1),
            index = values.to(ScalarType.Int64);
        Tensor histogram = zeros(channels, Levels, device: images.device).scatter_add(1, index, ones_like(values));
        // As PIL does: the brightest value does not count, and each entry is what lies below, rounded.
        Tensor brightest = histogram.gather(1, index.amax([1], keepdim: true));
        // [3N, 1]
        Tensor step = histogram.sum(1, keepdim: true).Minus(brightest).div(tensor([Levels - 1f], [1, 1], device: images.device)).floor();
        Tensor below = histogram.cumsum(1).Minus(histogram);
        Tensor table = below.Plus(step.Times(0.5).floor()).div(step).floor().Clamp(0, Levels - 1);
        return where(step.gt(zeros_like(step)), table.gather(1, index), values).reshape(images.shape).Times(1.0 / (Levels - 1));
    }

    /// <summary>0…255, whole: what was a byte is that byte again, whatever normalising and back has rounded.</summary>
    private static Tensor Bytes(Tensor images) => images.Times(Levels - 1).Plus(0.5).floor().Clamp(0, Levels - 1);
}
