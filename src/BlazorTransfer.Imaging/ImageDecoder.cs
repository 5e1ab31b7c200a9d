using System.Runtime.Intrinsics;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Turns a file into red, green and blue: grey, palette and 16-bit pictures are widened or narrowed to 8 bits a channel,
/// the EXIF orientation is applied, and transparency lies over white.
/// </summary>
public static class ImageDecoder
{
    /// <param name="path">The file.</param>
    /// <param name="minimumShorterSide">
    /// Lets a JPEG be decoded at k/8 of its size as long as the shorter side keeps at least this many pixels, which is
    /// several times faster on large photographs. Null decodes in full, as evaluation must to agree with PIL; twice the
    /// side of a later resize is a good value for training and thumbnails.
    /// </param>
    /// <param name="limits">What a file may cost; <see cref="ImageLimits.Default"/> where null.</param>
    /// <exception cref="ImageException">The file is no picture that can be used; the message says why.</exception>
    public static RgbImage DecodeRgb(string path, int? minimumShorterSide = null, ImageLimits? limits = null) =>
        DecodeRgb(File.ReadAllBytes(path), minimumShorterSide, limits);

    /// <inheritdoc cref="DecodeRgb(string, int?, ImageLimits?)"/>
    /// <param name="file">The file's bytes.</param>
    /// <param name="minimumShorterSide">See above.</param>
    /// <param name="limits">See above.</param>
    public static RgbImage DecodeRgb(byte[] file, int? minimumShorterSide = null, ImageLimits? limits = null)
    {
        (CodecSession? session, string? rejection) = CodecSession.Open(file, limits ?? ImageLimits.Default);
        if (session is null) throw new ImageException(rejection!);
        using (session)
        {
            using CodecPixels pixels = CodecPixels.Decode(session, minimumShorterSide)
                ?? throw new ImageException(CodecSession.Damaged(session.Format));
            return ExifOrientation.Apply(session.Codec.EncodedOrigin, ToRgb(pixels));
        }
    }

    /// <summary>
    /// The picture in full size, and of an upright JPEG no other rows than those that are needed. The pixels are those of
    /// <see cref="DecodeRgb(byte[], int?, ImageLimits?)"/> to the bit.
    /// </summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="needed">The rows that are needed of an upright picture of a width and a height.</param>
    /// <param name="limits">See above.</param>
    /// <exception cref="ImageException">The file is no picture that can be used; the message says why.</exception>
    public static DecodedRows DecodeRows(byte[] file, Func<int, int, (int First, int Count)> needed, ImageLimits? limits = null)
    {
        (CodecSession? session, string? rejection) = CodecSession.Open(file, limits ?? ImageLimits.Default);
        if (session is null) throw new ImageException(rejection!);
        using (session)
        {
            if (session is { Format: ImageFormat.Jpeg, Codec.EncodedOrigin: SKEncodedOrigin.TopLeft })
            {
                (int first, int count) = needed(session.StoredWidth, session.StoredHeight);
                using CodecPixels? pixels = CodecPixels.DecodeRows(session, first, count);
                if (pixels is not null) return new DecodedRows(ToRgb(pixels), first, session.StoredHeight);
            }
        }

        RgbImage whole = DecodeRgb(file, null, limits);
        return new DecodedRows(whole, 0, whole.Height);
    }

    private static RgbImage ToRgb(CodecPixels pixels)
    {
        RgbImage image = RgbImage.Undrawn(pixels.Width, pixels.Height);
        for (int y = 0; y < pixels.Height; y++)
        {
            if (pixels.IsOpaque) DropAlpha(pixels.Row(y), image.Row(y));
            else LayOverWhite(pixels.Row(y), image.Row(y));
        }

        return image;
    }

    /// <summary>RGBA to RGB, four pixels a step: 16 bytes are loaded, 12 are wanted, and the next step overwrites the other 4.</summary>
    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80);
        int from = 0, to = 0;
        for (; to + Vector128<byte>.Count <= rgb.Length; from += 16, to += 12)
            Vector128.Shuffle(Vector128.Create(rgba[from..]), order).CopyTo(rgb[to..]);
        for (; to < rgb.Length; from += 4, to += 3) rgba.Slice(from, 3).CopyTo(rgb[to..]);
    }

    private static void LayOverWhite(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            int alpha = rgba[from + 3];
            for (int c = 0; c < 3; c++) rgb[to + c] = (byte)((rgba[from + c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
}
