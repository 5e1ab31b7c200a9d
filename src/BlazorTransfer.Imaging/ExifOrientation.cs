using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>The eight EXIF orientations as steps through the stored picture.</summary>
internal static class ExifOrientation
{
    /// <summary>The upright picture's width is the stored height.</summary>
    public static bool SwapsSides(SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopLeft or SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft => false,
        SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom => true,
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, null),
    };

    /// <summary>Rearranges the stored picture so that it stands upright.</summary>
    public static RgbImage Apply(SKEncodedOrigin origin, RgbImage stored)
    {
        if (origin == SKEncodedOrigin.TopLeft) return stored;
        RgbImage upright = SwapsSides(origin) ? new RgbImage(stored.Height, stored.Width) : new RgbImage(stored.Width, stored.Height);
        (int right, int bottom) = (stored.Width - 1, stored.Height - 1);
        for (int y = 0; y < upright.Height; y++)
        {
            Span<byte> row = upright.Row(y);
            for (int x = 0; x < upright.Width; x++)
            {
                (int storedX, int storedY) = origin switch
                {
                    SKEncodedOrigin.TopLeft => (x, y),
                    SKEncodedOrigin.TopRight => (right - x, y),
                    SKEncodedOrigin.BottomRight => (right - x, bottom - y),
                    SKEncodedOrigin.BottomLeft => (x, bottom - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, bottom - x),
                    SKEncodedOrigin.RightBottom => (right - y, bottom - x),
                    SKEncodedOrigin.LeftBottom => (right - y, x),
                    _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, null),
                };
                stored.Pixels.AsSpan(RgbImage.Channels * (stored.Width * storedY + storedX), RgbImage.Channels)
                    .CopyTo(row[(RgbImage.Channels * x)..]);
            }
        }

        return upright;
    }
}
