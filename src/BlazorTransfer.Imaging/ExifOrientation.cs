using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>The eight EXIF orientations as steps through the stored picture.</summary>
internal static class ExifOrientation
{
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
