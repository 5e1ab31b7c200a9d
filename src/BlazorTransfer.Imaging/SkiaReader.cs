using System.Runtime.InteropServices;
using BlazorTransfer.Core.Messages;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>JPEG, PNG, WebP and BMP, read by SkiaSharp, whose pixels equal PIL's. The file's bytes stay where they are: pinned, not copied,
/// until it is disposed.</summary>
internal sealed class SkiaReader : ImageReader
{
    private readonly SKData _data;
    private readonly SKCodec _codec;
    private GCHandle _pin;

    private SkiaReader(GCHandle pin, SKData data, SKCodec codec, ImageFormat format, FileStructure structure)
    {
        (_pin, _data, _codec, Format) = (pin, data, codec, format);
        // Ours, not the codec's: that one knows the EXIF data of JPEG files only.
        (Origin, IsComplete) = ((SKEncodedOrigin)structure.Orientation, structure.IsComplete);
    }

    public override ImageFormat Format { get; }

    public override SKEncodedOrigin Origin { get; }

    public override int StoredWidth => _codec.Info.Width;

    public override int StoredHeight => _codec.Info.Height;

    protected override bool IsComplete { get; }

    public static (ImageReader? Reader, Message? Rejection) Open(byte[] file, ImageFormat format)
    {
        var pin = GCHandle.Alloc(file, GCHandleType.Pinned);
        SKData data = SKData.Create(pin.AddrOfPinnedObject(), file.Length);
        if (SKCodec.Create(data) is { } codec)
            return (new SkiaReader(pin, data, codec, format, FileStructure.Of(file, format)), null);
        data.Dispose();
        pin.Free();
        return (null, Damaged(format));
    }

    public override unsafe CodecPixels? Decode(int eighths)
    {
        SKSizeI size =
            eighths == CodecPixels.FullScale ? _codec.Info.Size : _codec.GetScaledDimensions((float)eighths / CodecPixels.FullScale);
        // No colour space: profiles and gamma chunks are ignored, as PIL and so every torchvision model ignores them. Of 16-bit values,
        // the high byte is kept.
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        CodecPixels pixels = CodecPixels.Rent(size.Width, size.Height, _codec.Info.AlphaType == SKAlphaType.Opaque);
        SKCodecResult result;
        fixed (byte* target = pixels.All)
            result = _codec.GetPixels(info, (nint)target, info.RowBytes, SKCodecOptions.Default);
        if (result == SKCodecResult.Success)
            return pixels;
        pixels.Dispose();
        return null;
    }

    /// <summary>Decodes some rows of a JPEG: what lies above and below is not transformed.</summary>
    public override unsafe CodecPixels? DecodeRows(int first, int count)
    {
        // Not fewer columns as well: SkiaSharp's options would point to a variable of a call that has returned, and a damaged file then
        // ends the process.
        var info = new SKImageInfo(StoredWidth, StoredHeight, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (_codec.StartScanlineDecode(info) != SKCodecResult.Success || (first > 0 && !_codec.SkipScanlines(first)))
            return null;
        CodecPixels pixels = CodecPixels.Rent(info.Width, count, isOpaque: true);
        int decoded;
        fixed (byte* target = pixels.All)
            decoded = _codec.GetScanlines((nint)target, count, info.RowBytes);
        if (decoded == count)
            return pixels;
        pixels.Dispose();
        return null;
    }

    public override void Dispose()
    {
        _codec.Dispose();
        _data.Dispose();
        _pin.Free();
    }

    protected override Message? WhyRefused() =>
        _codec.FrameCount > 1
            ? Message.Of("image.animated", $"Animated pictures are not supported. Save one frame of it as JPEG or PNG.")
            : null;
}
