using System.Runtime.InteropServices;
using BlazorTransfer.Core.Messages;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>A decoder opened over a file's bytes, which stay where they are: pinned, not copied, until it is disposed.</summary>
internal sealed class CodecSession : IDisposable
{
    private GCHandle _pin;
    private readonly SKData _data;
    private readonly bool _isComplete;

    private CodecSession(GCHandle pin, SKData data, SKCodec codec, ImageFormat format, FileStructure structure)
    {
        (_pin, _data, Codec, Format) = (pin, data, codec, format);
        (Origin, _isComplete) = ((SKEncodedOrigin)structure.Orientation, structure.IsComplete);
    }

    public SKCodec Codec { get; }
    public ImageFormat Format { get; }

    /// <summary>How the stored picture lies. Ours, not the codec's: that one knows the EXIF data of JPEG files only.</summary>
    public SKEncodedOrigin Origin { get; }

    /// <summary>Width as stored, before the orientation.</summary>
    public int StoredWidth => Codec.Info.Width;

    /// <summary>Height as stored, before the orientation.</summary>
    public int StoredHeight => Codec.Info.Height;

    /// <summary>Opens <paramref name="file"/>, or says why that is not possible. No pixel is decoded.</summary>
    public static (CodecSession? Session, Message? Rejection) Open(byte[] file, ImageLimits limits)
    {
        if (file.LongLength > limits.MaximumBytes)
            return (
                null,
                Message.Of(
                    "image.file-too-large",
                    $"The file has {file.LongLength >> 20} MB; at most {limits.MaximumBytes >> 20} MB are allowed. Save it smaller."
                )
            );
        if (ImageSignature.Recognise(file) is { Rejection: { } unknown })
            return (null, unknown);
        ImageFormat format = ImageSignature.Recognise(file).Format!.Value;

        var pin = GCHandle.Alloc(file, GCHandleType.Pinned);
        SKData data = SKData.Create(pin.AddrOfPinnedObject(), file.Length);
        if (SKCodec.Create(data) is not { } codec)
        {
            data.Dispose();
            pin.Free();
            return (null, Damaged(format));
        }

        var session = new CodecSession(pin, data, codec, format, FileStructure.Of(file, format));
        if (session.Check(limits) is not { } rejection)
            return (session, null);
        session.Dispose();
        return (null, rejection);
    }

    public static Message Damaged(ImageFormat format) =>
        Message.Of(
            "image.damaged",
            $"The {Name(format)} file is damaged or incomplete. Copy it again from its source, or open and save it in a picture editor."
        );

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
        if (Codec.FrameCount > 1)
            return Message.Of("image.animated", $"Animated pictures are not supported. Save one frame of it as JPEG or PNG.");
        return _isComplete ? null : Damaged(Format);
    }

    private static string Name(ImageFormat format) =>
        format switch
        {
            ImageFormat.Jpeg => "JPEG",
            ImageFormat.Png => "PNG",
            ImageFormat.WebP => "WebP",
            ImageFormat.Bmp => "BMP",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };

    public void Dispose()
    {
        Codec.Dispose();
        _data.Dispose();
        _pin.Free();
    }
}
