using System.Runtime.InteropServices;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>Writes pictures as JPEG with halved colour resolution (4:2:0).</summary>
public static class JpegEncoder
{
    /// <param name="image">The picture.</param>
    /// <param name="target">Where the file goes.</param>
    /// <param name="quality">1…100.</param>
    public static void Encode(RgbImage image, Stream target, int quality)
    {
        byte[] rgba = new byte[4 * image.Width * image.Height];
        for (int from = 0, to = 0; to < rgba.Length; from += 3, to += 4)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = 255;
        }

        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pin = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            using var pixels = new SKPixmap(info, pin.AddrOfPinnedObject());
            using SKData encoded =
                pixels.Encode(SKEncodedImageFormat.Jpeg, quality)
                ?? throw new InvalidOperationException($"Skia cannot encode {image.Width} × {image.Height} pixels as JPEG.");
            encoded.SaveTo(target);
        }
        finally
        {
            pin.Free();
        }
    }
}
