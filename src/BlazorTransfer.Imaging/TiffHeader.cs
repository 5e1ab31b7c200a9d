using System.Buffers.Binary;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>
/// The directories of a TIFF file (TIFF 6.0), each a page. Only what is needed before a decoder may see the file is read: its size, what
/// it needs of the decoder, and whether all strips lie inside. A chain of directories that leads back is followed once.
/// </summary>
internal readonly ref struct TiffHeader
{
    private const int MostPages = 10_000;
    private const int EntryBytes = 12;
    private const int Width = 256,
        Height = 257,
        Bits = 258,
        Compression = 259,
        StripOffsets = 273,
        Samples = 277,
        StripBytes = 279,
        TileOffsets = 324,
        SampleFormat = 339;

    private readonly ReadOnlySpan<byte> _file;
    private readonly bool _isBigEndian;

    private TiffHeader(ReadOnlySpan<byte> file)
    {
        _file = file;
        _isBigEndian = file[0] == 'M';
    }

    public static PictureHeader Read(ReadOnlySpan<byte> file) =>
        file.Length < 8 ? new PictureHeader(1, 1, IsComplete: false) : new TiffHeader(file).ReadPages();

    private PictureHeader ReadPages()
    {
        if (Short(2) == 43)
            return Refused(Message.Of("image.big-tiff", $"BigTIFF files are not supported. Save it as TIFF or PNG."));
        long first = Long(4);
        int pages = 0;
        var seen = new HashSet<long>();
        for (long at = first; at > 0 && at + 2 <= _file.Length && pages < MostPages && seen.Add(at); pages++)
        {
            long next = at + 2 + (long)EntryBytes * Short((int)at);
            at = next + 4 <= _file.Length ? Long((int)next) : 0;
        }

        if (pages == 0 || !Values(first, Width, out uint[] width) || !Values(first, Height, out uint[] height))
            return new PictureHeader(1, 1, IsComplete: false);
        uint[] bits = Values(first, Bits, out uint[] stated) ? stated : [1];
        if (Values(first, TileOffsets, out _))
            return Refused(Message.Of("image.tiled-tiff", $"TIFF files that are stored in tiles are not supported. Save it in strips."));
        // 2 is signed, 3 are fractions; 4 means unknown, which readers take for unsigned.
        if (Values(first, SampleFormat, out uint[] formats) && formats.Any(f => f is 2 or 3) || bits.Any(b => b is 0 or > 16))
            return Refused(
                Message.Of(
                    "image.tiff-samples",
                    $"TIFF files with signed numbers, fractions or more than 16 bits have no fixed range of brightness. Save it with 8 or "
                        + $"16 bits."
                )
            );
        bool isComplete =
            Values(first, StripOffsets, out uint[] offsets)
            && Values(first, StripBytes, out uint[] lengths)
            && offsets.Length == lengths.Length
            && AreInside(offsets, lengths)
            && (IsCompressed(first) || lengths.Sum(l => (long)l) >= RowBytes(first, width[0], bits) * height[0]);
        return new PictureHeader(
            (int)Math.Min(int.MaxValue, width[0]),
            (int)Math.Min(int.MaxValue, height[0]),
            isComplete,
            pages,
            Has16Bits: bits.Any(b => b > 8)
        );
    }

    private static PictureHeader Refused(Message reason) => new(1, 1, IsComplete: true, Rejection: reason);

    private bool IsCompressed(long at) => Values(at, Compression, out uint[] compression) && compression[0] != 1;

    private long RowBytes(long at, long width, uint[] bits)
    {
        long samples = Values(at, Samples, out uint[] stated) ? stated[0] : 1;
        return (width * (bits.Length == 1 ? bits[0] * samples : bits.Sum(b => (long)b)) + 7) / 8;
    }

    private bool AreInside(uint[] offsets, uint[] lengths)
    {
        for (int i = 0; i < offsets.Length; i++)
        {
            if ((long)offsets[i] + lengths[i] > _file.Length)
                return false;
        }

        return offsets.Length > 0;
    }

    /// <summary>The values of a field of 8, 16 or 32 bits in the directory at <paramref name="at"/>; false where there is none.</summary>
    private bool Values(long at, int tag, out uint[] values)
    {
        values = [];
        int entries = Short((int)at);
        for (long entry = at + 2; entries > 0 && entry + EntryBytes <= _file.Length; entries--, entry += EntryBytes)
        {
            if (Short((int)entry) != tag)
                continue;
            int bytes = Short((int)entry + 2) switch
            {
                1 => 1,
                3 => 2,
                4 => 4,
                _ => 0,
            };
            long count = Long((int)entry + 4),
                start = count * bytes <= 4 ? entry + 8 : Long((int)entry + 8);
            if (bytes == 0 || count == 0 || start + count * bytes > _file.Length)
                return false;
            values = new uint[count];
            for (int i = 0; i < count; i++)
            {
                int place = (int)start + i * bytes;
                values[i] = bytes switch
                {
                    1 => _file[place],
                    2 => Short(place),
                    _ => Long(place),
                };
            }

            return true;
        }

        return false;
    }

    private ushort Short(int at) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(_file[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(_file[at..]);

    private uint Long(int at) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(_file[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_file[at..]);
}
