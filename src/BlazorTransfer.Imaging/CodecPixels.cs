using System.Buffers;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Pixels as a reader gives them: rows of red, green, blue and straight alpha, not yet upright. The buffer is rented,
/// since a photograph's 4 bytes a pixel would otherwise go to the large object heap once an image.
/// </summary>
internal sealed class CodecPixels : IDisposable
{
    /// <summary>Eighths of a JPEG's size that are the whole of it.</summary>
    public const int FullScale = 8;

    public const int BytesPerPixel = 4;

    private readonly byte[] _rented;

    private CodecPixels(int width, int height, bool isOpaque, byte[] rented) =>
        (Width, Height, IsOpaque, _rented) = (width, height, isOpaque, rented);

    public int Width { get; }
    public int Height { get; }
    public bool IsOpaque { get; }

    public Span<byte> All => _rented.AsSpan(0, BytesPerPixel * Width * Height);

    /// <summary>A buffer that holds whatever it held before.</summary>
    public static CodecPixels Rent(int width, int height, bool isOpaque) =>
        new(width, height, isOpaque, ArrayPool<byte>.Shared.Rent(checked(BytesPerPixel * width * height)));

    public Span<byte> Row(int y) => _rented.AsSpan(BytesPerPixel * Width * y, BytesPerPixel * Width);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
}
