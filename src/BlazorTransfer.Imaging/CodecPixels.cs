using System.Buffers;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Pixels as the codec gives them: rows of red, green, blue and straight alpha, not yet upright. The buffer is rented,
/// since a photograph's 4 bytes a pixel would otherwise go to the large object heap once an image.
/// </summary>
internal sealed class CodecPixels : IDisposable
{
    /// <summary>Eighths of a JPEG's size that are the whole of it.</summary>
    public const int FullScale = 8;

    private const int BytesPerPixel = 4;

    private readonly byte[] _rented;

    private CodecPixels(int width, int height, bool opaque, byte[] rented) =>
        (Width, Height, IsOpaque, _rented) = (width, height, opaque, rented);

    public int Width { get; }
    public int Height { get; }
    public bool IsOpaque { get; }

    public ReadOnlySpan<byte> Row(int y) => _rented.AsSpan(BytesPerPixel * Width * y, BytesPerPixel * Width);

    /// <summary>The least k for which a JPEG at k/8 of its size (the inverse DCT then computes fewer pixels) still has this shorter
    /// side.</summary>
    /// <returns><see cref="FullScale"/> for the size as it is stored.</returns>
    public static int SmallestScale(CodecSession session, int minimumShorterSide)
    {
        if (session.Format != ImageFormat.Jpeg)
            return FullScale;
        int stored = Math.Min(session.StoredWidth, session.StoredHeight);
        return Math.Clamp((int)Math.Ceiling((double)minimumShorterSide * FullScale / stored), 1, FullScale);
    }

    /// <summary>Decodes the picture, a JPEG at k/8 of its size, rounded up. Null where the file is damaged.</summary>
    public static unsafe CodecPixels? Decode(CodecSession session, int eighths)
    {
        SKCodec codec = session.Codec;
        SKSizeI size = eighths == FullScale ? codec.Info.Size : codec.GetScaledDimensions((float)eighths / FullScale);
        // No colour space: profiles and gamma chunks are ignored, as PIL and so every torchvision model ignores them.
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        byte[] rented = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        SKCodecResult result;
        fixed (byte* pixels = rented)
            result = codec.GetPixels(info, (nint)pixels, info.RowBytes, SKCodecOptions.Default);
        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        if (result == SKCodecResult.Success)
            return new CodecPixels(size.Width, size.Height, opaque, rented);
        ArrayPool<byte>.Shared.Return(rented);
        return null;
    }

    /// <summary>
    /// Decodes some rows of a JPEG: what lies above and below is not transformed. Null where the file is damaged, or cannot be decoded in
    /// rows.
    /// </summary>
    public static unsafe CodecPixels? DecodeRows(CodecSession session, int first, int count)
    {
        // Not fewer columns as well: SkiaSharp's options would point to a variable of a call that has returned, and a damaged file then
        // ends
        // the process.
        SKCodec codec = session.Codec;
        var info = new SKImageInfo(session.StoredWidth, session.StoredHeight, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (codec.StartScanlineDecode(info) != SKCodecResult.Success || (first > 0 && !codec.SkipScanlines(first)))
            return null;
        byte[] rented = ArrayPool<byte>.Shared.Rent(info.RowBytes * count);
        int decoded;
        fixed (byte* pixels = rented)
            decoded = codec.GetScanlines((nint)pixels, count, info.RowBytes);
        if (decoded == count)
            return new CodecPixels(info.Width, count, opaque: true, rented);
        ArrayPool<byte>.Shared.Return(rented);
        return null;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
}
