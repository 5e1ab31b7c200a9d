using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Imaging;

/// <summary>Small previews. They are drawn anew from the pixels, so that nothing else of an uploaded file is ever served.</summary>
public static class Thumbnail
{
    private const int Quality = 85;

    /// <summary>
    /// Writes a JPEG whose longer side is at most <paramref name="maxSide"/> pixels; a smaller picture keeps its size.
    /// The file appears whole or not at all.
    /// </summary>
    /// <exception cref="ImageException">The source is no picture that can be used.</exception>
    public static void WriteJpeg(string sourcePath, string targetPath, int maxSide)
    {
        RgbImage image = Shrink(ImageDecoder.DecodeRgb(sourcePath, minimumShorterSide: maxSide), maxSide);
        AtomicFile.Write(targetPath, stream => JpegEncoder.Encode(image, stream, Quality));
    }

    private static RgbImage Shrink(RgbImage image, int maxSide)
    {
        double scale = (double)maxSide / Math.Max(image.Width, image.Height);
        if (scale >= 1) return image;
        return PilResize.Resize(image, Scaled(image.Width), Scaled(image.Height));

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
    }
}
