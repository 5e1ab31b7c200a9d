using System.Runtime.Intrinsics;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Turns a file into red, green and blue: grey, palette and 16-bit pictures are widened or narrowed to 8 bits a channel (of 16 bits, the
/// high byte is kept, as PIL does), the EXIF orientation is applied, and transparency lies over white.
/// </summary>
public static class ImageDecoder
{
    /// <summary>The whole picture in full size: the pixels that PIL gives.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What a file may cost; <see cref="ImageLimits.Default"/> where null.</param>
    /// <exception cref="ImageException">The file is no picture that can be used; the message says why.</exception>
    public static RgbImage DecodeRgb(string path, ImageLimits? limits = null) => DecodeRgb(File.ReadAllBytes(path), limits);

    /// <inheritdoc cref="DecodeRgb(string, ImageLimits?)"/>
    /// <param name="file">The file's bytes.</param>
    /// <param name="limits">See above.</param>
    public static RgbImage DecodeRgb(byte[] file, ImageLimits? limits = null)
    {
        using ImageReader reader = Open(file, limits);
        return Decode(reader, CodecPixels.FullScale).Image;
    }

    /// <summary>
    /// The picture in full size, and of an upright JPEG no other rows than those that are needed. The pixels are those of
    /// <see cref="DecodeRgb(byte[], ImageLimits?)"/> to the bit.
    /// </summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="needed">The rows that are needed of an upright picture of a width and a height.</param>
    /// <param name="limits">See above.</param>
    /// <exception cref="ImageException">The file is no picture that can be used; the message says why.</exception>
    public static DecodedImage DecodeRows(byte[] file, Func<int, int, (int First, int Count)> needed, ImageLimits? limits = null)
    {
        using (ImageReader reader = Open(file, limits))
        {
            if (reader is { Format: ImageFormat.Jpeg, Origin: SKEncodedOrigin.TopLeft })
            {
                (int width, int height) = (reader.StoredWidth, reader.StoredHeight);
                (int first, int count) = needed(width, height);
                using CodecPixels? rows = reader.DecodeRows(first, count);
                if (rows is not null)
                    return new DecodedImage(ToRgb(rows), width, height, new PixelArea(0, -first, width, height));
            }
        }

        return new DecodedImage(DecodeRgb(file, limits));
    }

    /// <summary>
    /// The whole picture, a large JPEG on fewer pixels: the inverse DCT can leave out the finest detail and give k/8 of the size, which is
    /// several
    /// times faster. Once resized to the least side that it may keep, a photograph differs by 1 to 2 levels of 255 on average from one that
    /// was
    /// decoded in full: nothing beside what training draws, but something to a result that has to be repeated elsewhere.
    /// </summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="minimumShorterSide">Pixels that the shorter side keeps at least.</param>
    /// <param name="limits">See above.</param>
    /// <exception cref="ImageException">The file is no picture that can be used; the message says why.</exception>
    public static DecodedImage DecodeReduced(byte[] file, int minimumShorterSide, ImageLimits? limits = null)
    {
        using ImageReader reader = Open(file, limits);
        return Decode(reader, reader.SmallestScale(minimumShorterSide));
    }

    /// <summary>A region of the upright picture in full size; of an upright JPEG, no other rows are decoded.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="region">Inside of the upright picture.</param>
    /// <param name="limits">See above.</param>
    /// <exception cref="ImageException">The file is no picture that can be used, or ends before the region; the message says
    /// why.</exception>
    public static RgbImage DecodeRegion(byte[] file, PixelArea region, ImageLimits? limits = null)
    {
        // A region that leaves the picture must not reach the decoder; it is refused below.
        DecodedImage decoded = DecodeRows(
            file,
            (width, height) => region.FitsInto(width, height) ? (region.Top, region.Height) : (0, height),
            limits
        );
        if (!region.FitsInto(decoded.Width, decoded.Height))
            throw new ImageException(
                Message.Of(
                    "image.region-outside",
                    $"The region {region.Left},{region.Top},{region.Width},{region.Height} is not inside of the picture, which has "
                        + $"{decoded.Width} × {decoded.Height} pixels."
                )
            );
        var crop = RgbImage.Undrawn(region.Width, region.Height);
        int top = region.Top + (int)decoded.Whole.Top;
        for (int y = 0; y < region.Height; y++)
            decoded.Image.Row(top + y).Slice(RgbImage.Channels * region.Left, RgbImage.Channels * region.Width).CopyTo(crop.Row(y));
        return crop;
    }

    private static ImageReader Open(byte[] file, ImageLimits? limits)
    {
        (ImageReader? reader, Message? rejection) = ImageReader.Open(file, limits ?? ImageLimits.Default);
        return reader ?? throw new ImageException(rejection!);
    }

    private static DecodedImage Decode(ImageReader reader, int eighths)
    {
        using CodecPixels pixels = reader.Decode(eighths) ?? throw new ImageException(ImageReader.Damaged(reader.Format));
        SKEncodedOrigin origin = reader.Origin;
        RgbImage upright = ExifOrientation.Apply(origin, ToRgb(pixels));
        if (eighths == CodecPixels.FullScale)
            return new DecodedImage(upright);

        // The last column and row as stored may show less than a whole pixel.
        const double Full = CodecPixels.FullScale;
        (int width, int height) = ExifOrientation.UprightSize(origin, reader.StoredWidth, reader.StoredHeight);
        (double shownWidth, double shownHeight) = (width * eighths / Full, height * eighths / Full);
        (bool mirrored, bool upsideDown) = ExifOrientation.Flips(origin);
        return new DecodedImage(
            upright,
            width,
            height,
            new SourceArea(
                mirrored ? upright.Width - shownWidth : 0,
                upsideDown ? upright.Height - shownHeight : 0,
                shownWidth,
                shownHeight
            )
        );
    }

    private static RgbImage ToRgb(CodecPixels pixels)
    {
        RgbImage image = RgbImage.Undrawn(pixels.Width, pixels.Height);
        for (int y = 0; y < pixels.Height; y++)
        {
            if (pixels.IsOpaque)
                DropAlpha(pixels.Row(y), image.Row(y));
            else
                LayOverWhite(pixels.Row(y), image.Row(y));
        }

        return image;
    }

    /// <summary>RGBA to RGB, four pixels a step: 16 bytes are loaded, 12 are wanted, and the next step overwrites the other 4.</summary>
    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80);
        int from = 0,
            to = 0;
        for (; to + Vector128<byte>.Count <= rgb.Length; from += 16, to += 12)
            Vector128.Shuffle(Vector128.Create(rgba[from..]), order).CopyTo(rgb[to..]);
        for (; to < rgb.Length; from += 4, to += 3)
            rgba.Slice(from, 3).CopyTo(rgb[to..]);
    }

    private static void LayOverWhite(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            int alpha = rgba[from + 3];
            for (int c = 0; c < 3; c++)
                rgb[to + c] = (byte)((rgba[from + c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
}
