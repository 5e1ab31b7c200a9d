using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>Changes of colour with torchvision's formulas: a factor of 1, or a turn of 0, leaves an image as it is.</summary>
internal static class ColourOperations
{
    /// <summary>f · x.</summary>
    public static Tensor Brightness(Tensor images, Amounts factors) => images.mul(factors.Column()).Clamp(0, 1);

    /// <summary>f · x + (1 − f) · the image's mean grey.</summary>
    public static Tensor Contrast(Tensor images, Amounts factors) =>
        Blend(images, Luminance(images).mean([1, 2, 3], keepdim: true), factors);

    /// <summary>f · x + (1 − f) · each pixel's grey.</summary>
    public static Tensor Saturation(Tensor images, Amounts factors) => Blend(images, Luminance(images), factors);

    /// <summary>Each pixel's grey in all three channels.</summary>
    public static Tensor Grey(Tensor images, Amounts none) => Luminance(images).expand_as(images).clone();

    /// <summary>Hues turn around the colour circle by a part of the full turn; saturation and value stay (HSV).</summary>
    public static Tensor Hue(Tensor images, Amounts turns)
    {
        Tensor red = images.narrow(1, 0, 1),
            green = images.narrow(1, 1, 1),
            blue = images.narrow(1, 2, 1); // [N, 1, S, S]
        Tensor value = images.amax([1], keepdim: true),
            chroma = value.Minus(images.amin([1], keepdim: true));
        Tensor isGrey = chroma.eq(zeros_like(chroma)),
            divisor = where(isGrey, ones_like(chroma), chroma);
        // In sixths of a turn, from red.
        Tensor sixths = where(
            value.eq(red),
            green.Minus(blue).div(divisor),
            where(value.eq(green), blue.Minus(red).div(divisor).Plus(2), red.Minus(green).div(divisor).Plus(4))
        );
        Tensor turned = sixths.Plus(turns.Column().Times(6));
        return cat([Channel(5, turned, value, chroma), Channel(3, turned, value, chroma), Channel(1, turned, value, chroma)], 1);
    }

    /// <summary>f · x + (1 − f) · other: beyond 1, away from the other.</summary>
    public static Tensor Blend(Tensor images, Tensor other, Amounts factors)
    {
        Tensor factor = factors.Column();
        return images.mul(factor).Plus(other.mul(factor.Times(-1).Plus(1))).Clamp(0, 1);
    }

    /// <summary>Grey as ITU-R BT.601 weighs the channels, [N, 1, S, S].</summary>
    private static Tensor Luminance(Tensor images) =>
        images.narrow(1, 0, 1).Times(0.2989).Plus(images.narrow(1, 1, 1).Times(0.587)).Plus(images.narrow(1, 2, 1).Times(0.114));

    /// <summary>One of red (5), green (3) and blue (1) from HSV: v − c · max(0, min(k, 4 − k, 1)), k = (n + 6 h) mod 6.</summary>
    private static Tensor Channel(int n, Tensor sixths, Tensor value, Tensor chroma)
    {
        Tensor k = sixths.Plus(n);
        k = k.Minus(k.Times(1.0 / 6).floor().Times(6));
        return value.Minus(chroma.mul(minimum(k, k.Times(-1).Plus(4)).Clamp(0, 1)));
    }
}
