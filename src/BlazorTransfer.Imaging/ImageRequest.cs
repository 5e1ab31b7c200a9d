using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>What a process that decodes images is asked to do: a line of JSON, and then the bytes of a file that is to be judged or
/// drawn.</summary>
public sealed record ImageRequest
{
    /// <summary>Length of the file that follows, in bytes; null where none follows.</summary>
    public int? Length { get; init; }

    /// <summary>The picture to draw a thumbnail of, where no file follows.</summary>
    public string? Source { get; init; }

    /// <summary>The part of the picture to draw; null for all of it.</summary>
    public PixelArea? Region { get; init; }

    /// <summary>Longest side of the thumbnail, in pixels; 0 where the file is to be judged.</summary>
    public int Side { get; init; }

    /// <summary>Asks for the EXIF of the source instead of a thumbnail.</summary>
    public bool WantsExif { get; init; }
}

/// <summary>What became of an <see cref="ImageRequest"/>: a line of JSON.</summary>
/// <param name="Width">Width after the EXIF orientation was applied, in pixels; 0 where rejected or drawn.</param>
/// <param name="Height">Height after the EXIF orientation was applied, in pixels; 0 where rejected or drawn.</param>
/// <param name="Format">The file's format; null where rejected or drawn.</param>
/// <param name="Rejection">Why the file cannot be used, a sentence for the user; null where it can.</param>
/// <param name="Frames">Pages or frames of the file; 0 where rejected or drawn.</param>
/// <param name="Thumbnail">The thumbnail as a JPEG file; null where none was asked for.</param>
/// <param name="Exif">What the camera wrote into the file; null where nobody asked.</param>
public sealed record ImageAnswer(
    int Width = 0,
    int Height = 0,
    ImageFormat? Format = null,
    Message? Rejection = null,
    int Frames = 0,
    byte[]? Thumbnail = null,
    ExifFacts? Exif = null
)
{
    /// <inheritdoc cref="ImageProbeResult.WhySkipped"/>
    public Message? WhySkipped(ImportOptions options) => SeveralFrames.WhySkipped(Rejection, Frames, options);

    public static ImageAnswer Of(ImageProbeResult result) =>
        new(result.Width, result.Height, result.Format, result.Rejection, result.Frames);
}
