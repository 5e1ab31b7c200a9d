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
        DecodedImage decoded = ImageDecoder.DecodeReduced(File.ReadAllBytes(sourcePath), minimumShorterSide: maxSide);
        double scale = Math.Min(1, (double)maxSide / Math.Max(decoded.Width, decoded.Height));
        RgbImage image = PilResize.Resize(decoded, Scaled(decoded.Width), Scaled(decoded.Height));
        AtomicFile.Write(targetPath, stream => JpegEncoder.Encode(image, stream, Quality));

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
    }
}
