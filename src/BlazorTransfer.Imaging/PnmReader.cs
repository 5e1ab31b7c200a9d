using BlazorTransfer.Core.Messages;
using SkiaSharp;

namespace BlazorTransfer.Imaging;

/// <summary>
/// PBM, PGM and PPM files, as text (P1 to P3) or binary (P4 to P6). Read by code of our own: ImageSharp 2.1 swaps the bytes of 16-bit
/// samples, scales by whole numbers only, and does not say that samples are missing.
/// </summary>
internal sealed class PnmReader : ImageReader
{
    private const int MostValue = 65535;
    private readonly byte[] _file;
    private readonly int _kind;
    private readonly int _maximum;
    private readonly int _start;

    private PnmReader(byte[] file, int kind, int width, int height, int maximum, int start) =>
        (_file, _kind, StoredWidth, StoredHeight, _maximum, _start) = (file, kind, width, height, maximum, start);

    public override ImageFormat Format => ImageFormat.Pnm;

    public override SKEncodedOrigin Origin => SKEncodedOrigin.TopLeft;

    public override int StoredWidth { get; }

    public override int StoredHeight { get; }

    private bool IsText => _kind <= 3;

    private bool IsBitmap => _kind is 1 or 4;

    private int Channels => _kind is 3 or 6 ? 3 : 1;

    private long Samples => (long)StoredWidth * StoredHeight * Channels;

    // Text needs a sign for each sample at least; whether all are there shows when they are read.
    protected override bool IsComplete =>
        _file.Length - _start
        >= _kind switch
        {
            <= 3 => Samples,
            4 => (StoredWidth + 7L) / 8 * StoredHeight,
            _ => Samples * (_maximum > 255 ? 2 : 1),
        };

    public static (ImageReader? Reader, Message? Rejection) Open(byte[] file)
    {
        int kind = file[1] - '0',
            at = 2;
        int? width = Number(file, ref at),
            height = Number(file, ref at),
            maximum = kind is 1 or 4 ? 1 : Number(file, ref at);
        // One white space, and then the samples.
        return width is { } w && height is { } h && maximum is > 0 and <= MostValue and var most && at < file.Length
            ? (new PnmReader(file, kind, w, h, most, at + 1), null)
            : (null, Damaged(ImageFormat.Pnm));
    }

    public override CodecPixels? Decode(int eighths)
    {
        CodecPixels pixels = CodecPixels.Rent(StoredWidth, StoredHeight, isOpaque: true);
        int at = _start;
        for (int y = 0; y < StoredHeight; y++)
        {
            Span<byte> row = pixels.Row(y);
            for (int x = 0; x < StoredWidth; x++)
            {
                for (int c = 0; c < Channels; c++)
                {
                    if (Sample(x, ref at) is not { } sample)
                    {
                        pixels.Dispose();
                        return null;
                    }

                    row[4 * x + c] = ToByte(sample);
                }

                if (Channels == 1)
                    (row[4 * x + 1], row[4 * x + 2]) = (row[4 * x], row[4 * x]);
                row[4 * x + 3] = 255;
            }

            // The rows of a binary PBM end with whole bytes.
            at += _kind == 4 && StoredWidth % 8 > 0 ? 1 : 0;
        }

        return pixels;
    }

    private int? Sample(int x, ref int at)
    {
        switch (_kind)
        {
            case 1:
                // Bits need no space between them.
                while (at < _file.Length && _file[at] is not ((byte)'0' or (byte)'1'))
                    at++;
                return at < _file.Length ? _file[at++] - '0' : null;
            case <= 3:
                return Number(_file, ref at);
            case 4:
                int bit = (_file[at] >> (7 - x % 8)) & 1;
                at += x % 8 == 7 ? 1 : 0;
                return bit;
            default:
                return _maximum > 255 ? (_file[at++] << 8) | _file[at++] : _file[at++];
        }
    }

    /// <summary>8 bits as they are, the high byte of 16, and other maxima in proportion, rounded, as PIL does. A bit of 1 is
    /// black.</summary>
    private byte ToByte(int sample) =>
        IsBitmap ? (byte)(sample == 0 ? 255 : 0)
        : _maximum == 255 ? (byte)Math.Min(sample, 255)
        : _maximum == MostValue ? (byte)(Math.Min(sample, MostValue) >> 8)
        : (byte)Math.Min(255, Math.Round(255.0 * sample / _maximum, MidpointRounding.ToEven));

    /// <summary>The next number; null where there is none. A comment goes from # to the end of its line.</summary>
    private static int? Number(byte[] file, ref int at)
    {
        while (at < file.Length && file[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'#')
        {
            if (file[at] == '#')
            {
                while (at < file.Length && file[at] is not ((byte)'\r' or (byte)'\n'))
                    at++;
            }
            else
            {
                at++;
            }
        }

        int start = at;
        long value = 0;
        for (; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9' && value < int.MaxValue / 10; at++)
            value = 10 * value + file[at] - '0';
        return at > start ? (int)value : null;
    }
}
