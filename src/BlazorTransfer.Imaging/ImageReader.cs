using BlazorTransfer.Core.Messages;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>An opened image file: what its header says, and its pixels. The file's first bytes choose the implementation.</summary>
internal abstract class ImageReader : IDisposable
{
    public abstract ImageFormat Format { get; }

    /// <summary>How the stored picture lies.</summary>
    public abstract SKEncodedOrigin Origin { get; }

    /// <summary>Width as stored, before the orientation.</summary>
    public abstract int StoredWidth { get; }

    /// <summary>Height as stored, before the orientation.</summary>
    public abstract int StoredHeight { get; }

    /// <summary>Pages of a TIFF file, or frames of an animation. The first one is read.</summary>
    public virtual int Frames => 1;

    /// <summary>Whether the file has all of its parts, as far as its header tells.</summary>
    protected abstract bool IsComplete { get; }

    /// <summary>Opens <paramref name="file"/>, or says why that is not possible. No pixel is decoded.</summary>
    public static (ImageReader? Reader, Message? Rejection) Open(byte[] file, ImageLimits limits)
    {
        if (file.LongLength > limits.MaximumBytes)
            return (
                null,
                Message.Of(
                    "image.file-too-large",
                    $"The file has {file.LongLength >> 20} MB; at most {limits.MaximumBytes >> 20} MB are allowed. Save it smaller."
                )
            );
        (ImageFormat? recognised, Message? unknown) = ImageSignature.Recognise(file);
        if (recognised is not { } format)
            return (null, unknown);
        (ImageReader? reader, Message? rejection) = format switch
        {
            ImageFormat.Jpeg or ImageFormat.Png or ImageFormat.WebP or ImageFormat.Bmp => SkiaReader.Open(file, format),
            ImageFormat.Tiff or ImageFormat.Tga or ImageFormat.Gif => SharpReader.Open(file, format),
            ImageFormat.Pnm => PnmReader.Open(file),
            _ => throw new InvalidOperationException($"No reader for {format}."),
        };
        if (reader is null)
            return (null, rejection);
        if (reader.Check(limits) is not { } reason)
            return (reader, null);
        reader.Dispose();
        return (null, reason);
    }

    /// <summary>Decodes the picture, a JPEG at k/8 of its size, rounded up. Null where the file is damaged.</summary>
    public abstract CodecPixels? Decode(int eighths);

    /// <summary>Decodes some rows. Null where the file is damaged, or cannot be decoded in rows.</summary>
    public virtual CodecPixels? DecodeRows(int first, int count) => null;

    /// <summary>The least k for which a JPEG at k/8 of its size (the inverse DCT then computes fewer pixels) still has this shorter
    /// side.</summary>
    /// <returns><see cref="CodecPixels.FullScale"/> for the size as it is stored.</returns>
    public int SmallestScale(int minimumShorterSide)
    {
        if (Format != ImageFormat.Jpeg)
            return CodecPixels.FullScale;
        int stored = Math.Min(StoredWidth, StoredHeight);
        return Math.Clamp((int)Math.Ceiling((double)minimumShorterSide * CodecPixels.FullScale / stored), 1, CodecPixels.FullScale);
    }

    public static Message Damaged(ImageFormat format) =>
        Message.Of(
            "image.damaged",
            $"The {format.Title()} file is damaged or incomplete. Copy it again from its source, or open and save it in a picture editor."
        );

    public virtual void Dispose() { }

    /// <summary>Why the file cannot be used although its size is allowed; null where it can.</summary>
    protected virtual Message? WhyRefused() => null;

    private Message? Check(ImageLimits limits)
    {
        (long width, long height) = (StoredWidth, StoredHeight);
        if (width * height > limits.MaximumPixels)
            return Message.Of(
                "image.too-many-pixels",
                $"The picture has {width} × {height} pixels; at most {limits.MaximumPixels / 1_000_000} megapixels are allowed. "
                    + $"Scale it down."
            );
        if (Math.Min(width, height) < limits.MinimumSide)
            return Message.Of(
                "image.too-small",
                $"The picture has {width} × {height} pixels; each side needs at least {limits.MinimumSide}."
            );
        return WhyRefused() ?? (IsComplete ? null : Damaged(Format));
    }
}
