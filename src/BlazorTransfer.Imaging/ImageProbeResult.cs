using System.Diagnostics.CodeAnalysis;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>What a file's header says: a picture of this size and format, or why it is not taken in.</summary>
public sealed record ImageProbeResult
{
    private ImageProbeResult(int width, int height, ImageFormat? format, int frames, Message? rejection) =>
        (Width, Height, Format, Frames, Rejection) = (width, height, format, frames, rejection);

    /// <summary>Width after the EXIF orientation was applied, in pixels; 0 where rejected.</summary>
    public int Width { get; }

    /// <summary>Height after the EXIF orientation was applied, in pixels; 0 where rejected.</summary>
    public int Height { get; }
    public ImageFormat? Format { get; }

    /// <summary>Pages of a TIFF file or frames of an animation, of which the first is used; 0 where rejected.</summary>
    public int Frames { get; }

    /// <summary>Why the file is not taken in and what to do about it, a sentence for the user; null where it is.</summary>
    public Message? Rejection { get; }

    [MemberNotNullWhen(true, nameof(Format))]
    [MemberNotNullWhen(false, nameof(Rejection))]
    public bool IsAccepted => Rejection is null;

    /// <summary>Why an import with these options does not take the file; null where it does.</summary>
    public Message? WhySkipped(ImportOptions options) => SeveralFrames.WhySkipped(Rejection, Frames, options);

    internal static ImageProbeResult Accept(int width, int height, ImageFormat format, int frames) =>
        new(width, height, format, frames, null);

    internal static ImageProbeResult Reject(Message reason) => new(0, 0, null, 0, reason);
}
