using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Imaging;

/// <summary>Small previews. They are drawn anew from the pixels, so that nothing else of an uploaded file is ever served.</summary>
public static class Thumbnail
{
    private const int Quality = 85;

    /// <summary>
    /// A JPEG file whose longer side is at most <paramref name="maxSide"/> pixels; a smaller picture keeps its size.
    /// </summary>
    /// <param name="file">The picture's file.</param>
    /// <param name="maxSide">In pixels.</param>
    /// <param name="region">The part to draw; null for all of it.</param>
    /// <exception cref="ImageException">The file is no picture that can be used.</exception>
    public static byte[] Draw(byte[] file, int maxSide, PixelArea? region = null)
    {
        DecodedImage decoded = region is { } area
            ? new DecodedImage(ImageDecoder.DecodeRegion(file, area))
            : ImageDecoder.DecodeReduced(file, minimumShorterSide: maxSide);
        double scale = Math.Min(1, (double)maxSide / Math.Max(decoded.Width, decoded.Height));
        RgbImage image = PilResize.Resize(decoded, Scaled(decoded.Width), Scaled(decoded.Height));
        using var jpeg = new MemoryStream();
        JpegEncoder.Encode(image, jpeg, Quality);
        return jpeg.ToArray();

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
    }
}
