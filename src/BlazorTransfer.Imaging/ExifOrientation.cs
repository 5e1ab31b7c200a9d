using System.Buffers.Binary;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>The eight EXIF orientations: where a file names one, and what it means as steps through the stored picture.</summary>
internal static class ExifOrientation
{
    private const int Upright = 1;

    /// <summary>Stands before the block in a JPEG segment, and in some WebP files.</summary>
    public static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>Reads the orientation from a block of EXIF data, of either byte order; 1 where there is none, or the block is
    /// broken.</summary>
    public static int Read(ReadOnlySpan<byte> exif)
    {
        const int head = 8,
            entry = 12,
            orientation = 0x0112;
        if (exif.StartsWith(Prefix))
            exif = exif[Prefix.Length..];
        bool isBigEndian = exif.StartsWith("MM\0*"u8);
        if (exif.Length < head || (!isBigEndian && !exif.StartsWith("II*\0"u8)))
            return Upright;
        long at = Long(exif[4..]);
        if (at + 2 > exif.Length)
            return Upright;
        int entries = Short(exif[(int)at..]);
        for (at += 2; entries > 0 && at + entry <= exif.Length; entries--, at += entry)
        {
            ReadOnlySpan<byte> field = exif.Slice((int)at, entry);
            if (Short(field) != orientation)
                continue;
            // SHORT or LONG, and one value.
            uint value = (Short(field[2..]), Long(field[4..])) switch
            {
                (3, 1) => Short(field[8..]),
                (4, 1) => Long(field[8..]),
                _ => Upright,
            };
            return value is >= 1 and <= 8 ? (int)value : Upright;
        }

        return Upright;

        ushort Short(ReadOnlySpan<byte> bytes) =>
            isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        uint Long(ReadOnlySpan<byte> bytes) =>
            isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>The upright picture's width is the stored height.</summary>
    public static bool SwapsSides(SKEncodedOrigin origin) =>
        origin switch
        {
            SKEncodedOrigin.TopLeft or SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft => false,
            SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom => true,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, null),
        };

    /// <summary>Whether the stored picture is gone through backwards as one goes right in the upright one, and as one goes down.</summary>
    public static (bool Across, bool Down) Flips(SKEncodedOrigin origin) =>
        (
            origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom,
            origin is SKEncodedOrigin.BottomLeft or SKEncodedOrigin.BottomRight or SKEncodedOrigin.LeftBottom or SKEncodedOrigin.RightBottom
        );

    /// <summary>The upright picture's size.</summary>
    public static (int Width, int Height) UprightSize(SKEncodedOrigin origin, int storedWidth, int storedHeight) =>
        SwapsSides(origin) ? (storedHeight, storedWidth) : (storedWidth, storedHeight);

    /// <summary>Rearranges the stored picture so that it stands upright.</summary>
    public static RgbImage Apply(SKEncodedOrigin origin, RgbImage stored)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return stored;
        bool swaps = SwapsSides(origin);
        (bool across, bool down) = Flips(origin);
        (int width, int height) = UprightSize(origin, stored.Width, stored.Height);
        RgbImage upright = RgbImage.Undrawn(width, height);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = upright.Row(y);
            int stepsDown = down ? height - 1 - y : y;
            for (int x = 0; x < width; x++)
            {
                int stepsAcross = across ? width - 1 - x : x;
                int at = swaps ? stored.Width * stepsAcross + stepsDown : stored.Width * stepsDown + stepsAcross;
                stored.Pixels.AsSpan(RgbImage.Channels * at, RgbImage.Channels).CopyTo(row[(RgbImage.Channels * x)..]);
            }
        }

        return upright;
    }
}
