using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Judges a file by its content, not its name: is it a still picture in an accepted format and within the limits?
/// No file makes it throw; what is wrong is in the result, in words for the user.
/// </summary>
public static class ImageProbe
{
    /// <summary>Reads the header only: format and dimensions, before any pixel.</summary>
    public static ImageProbeResult Inspect(byte[] file, ImageLimits? limits = null)
    {
        (ImageReader? reader, Message? rejection) = ImageReader.Open(file, limits ?? ImageLimits.Default);
        if (reader is null)
            return ImageProbeResult.Reject(rejection!);
        using (reader)
            return Upright(reader);
    }

    /// <inheritdoc cref="Inspect(byte[], ImageLimits?)"/>
    public static ImageProbeResult Inspect(string path, ImageLimits? limits = null) => Read(path, limits, Inspect);

    /// <inheritdoc cref="Inspect(byte[], ImageLimits?)"/>
    public static ImageProbeResult Inspect(Stream stream, ImageLimits? limits = null) => Read(stream, limits, Inspect);

    /// <summary>
    /// <see cref="Inspect(byte[], ImageLimits?)"/>, then a decode of all pixels (a JPEG at an eighth of its size), which
    /// finds truncated and corrupt files. An import does this, so that no training run meets such a file.
    /// </summary>
    public static ImageProbeResult Verify(byte[] file, ImageLimits? limits = null)
    {
        (ImageReader? reader, Message? rejection) = ImageReader.Open(file, limits ?? ImageLimits.Default);
        if (reader is null)
            return ImageProbeResult.Reject(rejection!);
        using (reader)
        {
            using CodecPixels? pixels = reader.Decode(reader.SmallestScale(minimumShorterSide: 1));
            return pixels is null ? ImageProbeResult.Reject(ImageReader.Damaged(reader.Format)) : Upright(reader);
        }
    }

    /// <inheritdoc cref="Verify(byte[], ImageLimits?)"/>
    public static ImageProbeResult Verify(string path, ImageLimits? limits = null) => Read(path, limits, Verify);

    private static ImageProbeResult Upright(ImageReader reader)
    {
        (int width, int height) = ExifOrientation.UprightSize(reader.Origin, reader.StoredWidth, reader.StoredHeight);
        return ImageProbeResult.Accept(width, height, reader.Format, reader.Frames);
    }

    private static ImageProbeResult Read(string path, ImageLimits? limits, Func<byte[], ImageLimits?, ImageProbeResult> judge)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, limits, judge);
    }

    private static ImageProbeResult Read(Stream stream, ImageLimits? limits, Func<byte[], ImageLimits?, ImageProbeResult> judge)
    {
        // One byte beyond the limit tells "too large" without reading all of a huge file.
        long maximum = (limits ?? ImageLimits.Default).MaximumBytes + 1;
        using var file = new MemoryStream(stream.CanSeek ? (int)Math.Min(stream.Length - stream.Position, maximum) : 0);
        byte[] buffer = new byte[81920];
        while (file.Length < maximum && stream.Read(buffer, 0, (int)Math.Min(buffer.Length, maximum - file.Length)) is > 0 and int read)
            file.Write(buffer, 0, read);
        return judge(file.ToArray(), limits);
    }
}
