using System.Buffers;
using BlazorTransfer.Core.Datasets;

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
    /// <summary>Scales so that the shorter side becomes <paramref name="side"/>; the longer one is rounded down, as in
    /// torchvision.</summary>
    public static RgbImage ShorterSide(RgbImage image, int side, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        (int width, int height) = ShorterSide(image.Width, image.Height, side);
        return Resize(image, width, height, filter);
    }

    /// <inheritdoc cref="ShorterSide(RgbImage, int, ResizeFilter)"/>
    /// <param name="decoded">A picture that may have been decoded on fewer pixels, but not fewer than are wanted.</param>
    /// <param name="side">The shorter side.</param>
    /// <param name="filter">The filter.</param>
    public static RgbImage ShorterSide(DecodedImage decoded, int side, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        (int width, int height) = ShorterSide(decoded.Width, decoded.Height, side);
        return Resize(decoded, width, height, filter);
    }

    /// <summary>The size that <see cref="ShorterSide(RgbImage, int, ResizeFilter)"/> gives.</summary>
    public static (int Width, int Height) ShorterSide(int width, int height, int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        int longer = (int)((long)side * Math.Max(width, height) / Math.Min(width, height));
        return width <= height ? (side, longer) : (longer, side);
    }

    public static RgbImage Resize(RgbImage image, int width, int height, ResizeFilter filter = ResizeFilter.Bilinear) =>
        Resize(new DecodedImage(image), width, height, filter);

    /// <inheritdoc cref="Resize(RgbImage, int, int, ResizeFilter)"/>
    public static RgbImage Resize(DecodedImage decoded, int width, int height, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (decoded.Whole == new PixelArea(0, 0, width, height))
            return decoded.Image;
        RgbImage resized = RgbImage.Undrawn(width, height);
        Resample(decoded.Image, decoded.Whole, width, height, new PixelArea(0, 0, width, height), filter, resized.Pixels);
        return resized;
    }

    /// <summary>Cuts out the middle; half a pixel is rounded to even, as in Python.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image is smaller than the crop.</exception>
    public static RgbImage CentreCrop(RgbImage image, int width, int height)
    {
        PixelArea area = PixelArea.Centre(image.Width, image.Height, width, height);
        return Crop(image, area.Left, area.Top, width, height);
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
                nameof(image),
                $"A crop of {width} × {height} at {left}, {top} does not fit {image.Width} × {image.Height} pixels."
            );
        }

        var crop = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
            image.Row(top + y).Slice(RgbImage.Channels * left, RgbImage.Channels * width).CopyTo(crop.Row(y));
        return crop;
    }

    /// <summary>
    /// Cuts <paramref name="source"/> out, resizes it, and keeps a window of that: the same bytes as the three steps one after another,
    /// computing only what the window needs.
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="source">What is resized. It may reach beyond the picture where the window needs nothing of that
    /// (<see cref="NeededRows"/>).</param>
    /// <param name="width">Width of the resized source.</param>
    /// <param name="height">Height of the resized source.</param>
    /// <param name="window">What is kept of the resized source.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="target">Receives the window: rows of red, green and blue without padding.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie within the resized source, or what it needs not within the
    /// picture.</exception>
    public static void Resample(
        RgbImage image,
        SourceArea source,
        int width,
        int height,
        PixelArea window,
        ResizeFilter filter,
        Span<byte> target
    )
    {
        if (
            window.Left < 0
            || window.Top < 0
            || window.Width < 1
            || window.Height < 1
            || window.Left + window.Width > width
            || window.Top + window.Height > height
        )
            throw new ArgumentOutOfRangeException(nameof(window), $"{window} does not fit {width} × {height} pixels.");
        (int left, double leftOf) = Edge(source.Left);
        (int top, double topOf) = Edge(source.Top);
        ResampleWeights? across =
            source.Width == width && leftOf == 0
                ? null
                : ResampleWeights.Of(filter, leftOf, source.Width, width, window.Left, window.Width);
        ResampleWeights? down =
            source.Height == height && topOf == 0
                ? null
                : ResampleWeights.Of(filter, topOf, source.Height, height, window.Top, window.Height);
        (int column, int columns) = across?.Inputs ?? (window.Left, window.Width);
        (int row, int rows) = down?.Inputs ?? (window.Top, window.Height);
        if (left + column < 0 || top + row < 0 || left + column + columns > image.Width || top + row + rows > image.Height)
            throw new ArgumentOutOfRangeException(nameof(source), $"{source} does not fit {image.Width} × {image.Height} pixels.");

        int stride = RgbImage.Channels * image.Width,
            length = RgbImage.Channels * window.Width;
        ReadOnlySpan<byte> pixels = image.Pixels.AsSpan((top + row) * stride);
        byte[]? rented = null;
        if (across is null)
        {
            pixels = pixels[(RgbImage.Channels * (left + column))..];
        }
        else
        {
            int narrowed = length + ResampleKernel.Slack;
            rented = ArrayPool<byte>.Shared.Rent(rows * narrowed);
            ResampleKernel.Rows(pixels, stride, RgbImage.Channels * left, rows, rented, narrowed, across);
            pixels = rented;
            stride = narrowed;
        }

        for (int y = 0; y < window.Height; y++)
        {
            Span<byte> to = target.Slice(y * length, length);
            if (down is null)
                pixels.Slice(y * stride, length).CopyTo(to);
            else
                ResampleKernel.Column(pixels[((down.Start(y) - row) * stride)..], stride, down, y, to);
        }

        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The rows of a picture that some rows of the resized picture need.</summary>
    public static (int First, int Count) NeededRows(int sourceHeight, int height, int first, int count, ResizeFilter filter) =>
        sourceHeight == height ? (first, count) : ResampleWeights.InputsOf(filter, sourceHeight, height, first, count);

    /// <summary>The pixel in which an edge lies, and how far in it.</summary>
    private static (int Pixel, double Within) Edge(double at)
    {
        int pixel = (int)Math.Floor(at);
        return (pixel, at - pixel);
    }
}
