namespace BlazorTransfer.Imaging;

/// <summary>How pixels between pixels are found; PIL's filters of these names, antialiased.</summary>
public enum ResizeFilter
{
    Bilinear,
    Bicubic,
}

/// <summary>
/// Resizes as PIL's antialiased filters do and crops as torchvision's transforms do: the preprocessing under
/// which the usual pretrained weights were evaluated. A horizontal pass, then a vertical one, each rounded to 8 bits.
/// </summary>
public static class PilResize
{
    /// <summary>Scales so that the shorter side becomes <paramref name="side"/>; the longer one is rounded down, as in torchvision.</summary>
    public static RgbImage ShorterSide(RgbImage image, int side, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        int longer = (int)((long)side * Math.Max(image.Width, image.Height) / image.ShorterSide);
        return image.Width <= image.Height ? Resize(image, side, longer, filter) : Resize(image, longer, side, filter);
    }

    public static RgbImage Resize(RgbImage image, int width, int height, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (image.Width != width) image = ResampleHorizontally(image, width, filter);
        if (image.Height != height) image = ResampleVertically(image, height, filter);
        return image;
    }

    /// <summary>Cuts out the middle; half a pixel is rounded to even, as in Python.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image is smaller than the crop.</exception>
    public static RgbImage CentreCrop(RgbImage image, int width, int height)
    {
        int left = (int)Math.Round((image.Width - width) / 2.0, MidpointRounding.ToEven);
        int top = (int)Math.Round((image.Height - height) / 2.0, MidpointRounding.ToEven);
        return Crop(image, left, top, width, height);
    }

    /// <inheritdoc cref="CentreCrop(RgbImage, int, int)"/>
    public static RgbImage CentreCrop(RgbImage image, int side) => CentreCrop(image, side, side);

    /// <summary>Cuts out a rectangle.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is empty or does not lie within the image.</exception>
    public static RgbImage Crop(RgbImage image, int left, int top, int width, int height)
    {
        if (left < 0 || top < 0 || width < 1 || height < 1 || left + width > image.Width || top + height > image.Height)
        {
            throw new ArgumentOutOfRangeException(
                nameof(image), $"A crop of {width} × {height} at {left}, {top} does not fit {image.Width} × {image.Height} pixels.");
        }

        var crop = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
            image.Row(top + y).Slice(RgbImage.Channels * left, RgbImage.Channels * width).CopyTo(crop.Row(y));
        return crop;
    }

    private static RgbImage ResampleHorizontally(RgbImage image, int width, ResizeFilter filter)
    {
        var weights = ResampleWeights.Of(filter, image.Width, width);
        var result = new RgbImage(width, image.Height);
        for (int y = 0; y < image.Height; y++) ResampleKernel.Row(image.Row(y), result.Row(y), weights);
        return result;
    }

    private static RgbImage ResampleVertically(RgbImage image, int height, ResizeFilter filter)
    {
        var weights = ResampleWeights.Of(filter, image.Height, height);
        var result = new RgbImage(image.Width, height);
        for (int y = 0; y < height; y++)
            ResampleKernel.Column(image.Pixels, weights.Start(y), weights.Of(y), result.Row(y));
        return result;
    }
}
