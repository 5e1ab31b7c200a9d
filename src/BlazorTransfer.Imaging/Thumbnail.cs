namespace BlazorTransfer.Imaging;

/// <summary>Small previews. They are drawn anew from the pixels, so that nothing else of an uploaded file is ever served.</summary>
public static class Thumbnail
{
    private const int Quality = 85;

    /// <summary>
    /// A JPEG file whose longer side is at most <paramref name="maxSide"/> pixels; a smaller picture keeps its size.
    /// </summary>
    /// <exception cref="ImageException">The source is no picture that can be used.</exception>
    public static byte[] Draw(string sourcePath, int maxSide)
    {
        DecodedImage decoded = ImageDecoder.DecodeReduced(File.ReadAllBytes(sourcePath), minimumShorterSide: maxSide);
        double scale = Math.Min(1, (double)maxSide / Math.Max(decoded.Width, decoded.Height));
        RgbImage image = PilResize.Resize(decoded, Scaled(decoded.Width), Scaled(decoded.Height));
        using var jpeg = new MemoryStream();
        JpegEncoder.Encode(image, jpeg, Quality);
        return jpeg.ToArray();

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
    }
}
