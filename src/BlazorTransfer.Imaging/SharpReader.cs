using BlazorTransfer.Core.Messages;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>TIFF, TGA and GIF, read by ImageSharp; the first page or frame. Its decoders have had flaws with crafted files, so that sizes
/// are read by code of our own before, and the web application decodes in a process with little memory.</summary>
internal sealed class SharpReader : ImageReader
{
    // Arrays that are zero at first: what a damaged file leaves out shows nothing of another image.
    private static readonly Configuration Safe = new() { MemoryAllocator = new SimpleGcMemoryAllocator(), MaxDegreeOfParallelism = 1 };
    private readonly byte[] _file;
    private readonly PictureHeader _header;

    private SharpReader(byte[] file, ImageFormat format, PictureHeader header)
    {
        (_file, Format, _header) = (file, format, header);
        // A TIFF file is built as a block of EXIF data is.
        Origin = format == ImageFormat.Tiff ? (SKEncodedOrigin)ExifOrientation.Read(file) : SKEncodedOrigin.TopLeft;
    }

    public override ImageFormat Format { get; }

    public override SKEncodedOrigin Origin { get; }

    public override int StoredWidth => _header.Width;

    public override int StoredHeight => _header.Height;

    public override int Frames => _header.Frames;

    protected override bool IsComplete => _header.IsComplete;

    public static (ImageReader? Reader, Message? Rejection) Open(byte[] file, ImageFormat format) =>
        (
            new SharpReader(
                file,
                format,
                format switch
                {
                    ImageFormat.Tiff => TiffHeader.Read(file),
                    ImageFormat.Tga => TgaHeader.Read(file),
                    ImageFormat.Gif => GifHeader.Read(file),
                    _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
                }
            ),
            null
        );

    public override CodecPixels? Decode(int eighths) =>
        _header.Has16Bits ? Decode<Rgba64>(HighBytes) : Decode<Rgba32>((row, target) => row.CopyTo(PixelsOf(target)));

    protected override Message? WhyRefused() => _header.Rejection;

    private CodecPixels? Decode<T>(CopyRow<T> copy)
        where T : unmanaged, IPixel<T>
    {
        IImageDecoder decoder = Format switch
        {
            ImageFormat.Tiff => new TiffDecoder { DecodingMode = FrameDecodingMode.First, IgnoreMetadata = true },
            ImageFormat.Tga => new TgaDecoder(),
            _ => new GifDecoder { DecodingMode = FrameDecodingMode.First, IgnoreMetadata = true },
        };
        try
        {
            using var stream = new MemoryStream(_file, writable: false);
            using Image<T> image = decoder.Decode<T>(Safe, stream, CancellationToken.None);
            if ((image.Width, image.Height) != (StoredWidth, StoredHeight))
                return null;
            CodecPixels pixels = CodecPixels.Rent(image.Width, image.Height, isOpaque: false);
            for (int y = 0; y < image.Height; y++)
                copy(image.Frames.RootFrame.DangerousGetPixelRowMemory(y).Span, pixels.Row(y));
            return pixels;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Its decoders throw of many kinds.
            return null;
        }
    }

    private static Span<Rgba32> PixelsOf(Span<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Rgba32>(bytes);

    /// <summary>16 bits to 8: the high byte is kept, as libpng, SkiaSharp and PIL do with PNG files.</summary>
    private static void HighBytes(ReadOnlySpan<Rgba64> row, Span<byte> target)
    {
        for (int x = 0; x < row.Length; x++)
        {
            Rgba64 pixel = row[x];
            target[4 * x] = (byte)(pixel.R >> 8);
            target[4 * x + 1] = (byte)(pixel.G >> 8);
            target[4 * x + 2] = (byte)(pixel.B >> 8);
            target[4 * x + 3] = (byte)(pixel.A >> 8);
        }
    }

    private delegate void CopyRow<T>(ReadOnlySpan<T> row, Span<byte> target);
}
