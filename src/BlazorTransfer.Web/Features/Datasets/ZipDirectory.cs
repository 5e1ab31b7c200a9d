using System.Buffers.Binary;
using BlazorTransfer.Core.Datasets;
using Crc32 = System.IO.Hashing.Crc32;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>An entry of a zip's central directory, as far as <see cref="System.IO.Compression.ZipArchive"/> does not tell.</summary>
/// <param name="Name">The name's bytes, in an encoding that the zip may not state.</param>
/// <param name="UnicodeName">The name from the Info-ZIP Unicode Path field; null where there is none that belongs to the name.</param>
/// <param name="Flags">General purpose flags.</param>
/// <param name="Method">Compression method.</param>
/// <param name="Crc32">CRC-32 of the content.</param>
internal readonly record struct ZipDirectoryEntry(byte[] Name, string? UnicodeName, ushort Flags, ushort Method, uint Crc32)
{
    private const int Utf8Flag = 1 << 11;

    /// <summary>A valid name in UTF-8 that the zip states; null where it states none.</summary>
    public string? StatedName => ((Flags & Utf8Flag) != 0 ? TextEncoding.DecodeUtf8(Name) : null) ?? UnicodeName;
}

/// <summary>
/// Reads the central directory of a zip (APPNOTE.TXT 4.3.12). ZipArchive replaces bytes of a name that are not UTF-8, and has neither
/// extra fields nor compression methods.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndMark = 0x06054b50;
    private const uint End64Mark = 0x06064b50;
    private const uint LocatorMark = 0x07064b50;
    private const uint EntryMark = 0x02014b50;
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int EntryLength = 46;
    private const ushort UnicodePathField = 0x7075;

    /// <summary>
    /// Reads the entries as they lie in the file, one after another, without keeping any. It does not believe the number of entries that
    /// the end record states: ZipArchive does not either, and would read them all into memory.
    /// </summary>
    /// <param name="zip">The file; its position is moved.</param>
    /// <exception cref="InvalidDataException">There is no directory, or it is cut off.</exception>
    public static IEnumerable<ZipDirectoryEntry> Read(Stream zip)
    {
        zip.Position = Start(zip);
        var reader = new BufferedStream(zip, 1 << 16);
        byte[] head = new byte[EntryLength];
        while (
            reader.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(head) == EntryMark
        )
        {
            byte[] name = new byte[Short(head, 28)],
                extra = new byte[Short(head, 30)],
                comment = new byte[Short(head, 32)];
            ReadExactly(reader, name);
            ReadExactly(reader, extra);
            ReadExactly(reader, comment);
            yield return new ZipDirectoryEntry(
                name,
                UnicodeName(name, extra),
                Short(head, 8),
                Short(head, 10),
                BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(16))
            );
        }
    }

    private static long Start(Stream zip)
    {
        byte[] tail = new byte[Math.Min(zip.Length, EndLength + LongestComment)];
        zip.Position = zip.Length - tail.Length;
        ReadExactly(zip, tail);
        byte[] mark = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(mark, EndMark);
        int end = tail.AsSpan(0, Math.Max(0, tail.Length - EndLength + mark.Length)).LastIndexOf(mark);
        if (end < 0)
            throw new InvalidDataException("Its directory has no end.");
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        bool isLarge = start == uint.MaxValue || Short(tail, end + 10) == ushort.MaxValue || Short(tail, end + 4) == ushort.MaxValue;
        return isLarge && end >= LocatorLength && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end - LocatorLength)) == LocatorMark
            ? Start64(zip, BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - LocatorLength + 8)))
            : start;
    }

    private static long Start64(Stream zip, long at)
    {
        if (at < 0 || at > zip.Length - End64Length)
            throw new InvalidDataException("Its directory lies outside the file.");
        byte[] end = new byte[End64Length];
        zip.Position = at;
        ReadExactly(zip, end);
        long start = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(48));
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == End64Mark && start >= 0 && start <= zip.Length
            ? start
            : throw new InvalidDataException("Its directory lies outside the file.");
    }

    /// <summary>Version 1, the CRC-32 of the name that it belongs to, and the name in UTF-8.</summary>
    private static string? UnicodeName(byte[] name, ReadOnlySpan<byte> extra)
    {
        const int head = 4,
            fixedPart = 5;
        while (extra.Length >= head)
        {
            ushort id = BinaryPrimitives.ReadUInt16LittleEndian(extra),
                length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (head + length > extra.Length)
                return null;
            ReadOnlySpan<byte> field = extra.Slice(head, length);
            if (id == UnicodePathField && length > fixedPart && field[0] == 1)
                return BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name)
                    ? TextEncoding.DecodeUtf8(field[fixedPart..])
                    : null;
            extra = extra[(head + length)..];
        }

        return null;
    }

    private static ushort Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static void ReadExactly(Stream stream, byte[] bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("Its directory ends too early.");
    }
}
