using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace BlazorTransfer.Training.Weights;

/// <summary>An entry of a zip file and where its bytes lie.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Begin">First byte in the file.</param>
/// <param name="Length">Bytes in the file.</param>
/// <param name="IsStored">They are the content itself, neither compressed nor encrypted.</param>
internal sealed record StoredEntry(string Name, long Begin, long Length, bool IsStored);

/// <summary>
/// A zip file as <c>torch.save</c> writes it: everything stored. The directory is read by hand, because each of its claims is checked
/// here before it is used: counts, sizes and offsets against the file, local headers against the directory, and no two
/// entries share a name or a byte. So what is read is never more than the file is long.
/// </summary>
internal sealed class StoredZip(Stream stream)
{
    private const int MaximumEntries = 200_000;
    private const long MaximumDirectory = 32 << 20;
    private const int EndLength = 22,
        End64Length = 56,
        Locator64Length = 20,
        DirectoryEntryLength = 46,
        LocalHeaderLength = 30;
    private const uint Saturated = uint.MaxValue;

    /// <summary>All entries, in the order of their bytes.</summary>
    /// <exception cref="WeightsException">The directory is damaged or lies.</exception>
    public IReadOnlyList<StoredEntry> Entries()
    {
        (long begin, long length, long count) = FindDirectory();
        if (count > MaximumEntries || length > MaximumDirectory)
            throw new WeightsException("zip.too-many-entries", $"The zip file has too many entries.");
        ReadOnlySpan<byte> directory = Read(begin, length);
        var entries = new List<(long Header, StoredEntry Entry)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            DirectoryEntry entry = DirectoryEntry.Parse(ref directory);
            if (!names.Add(entry.Name))
                throw new WeightsException("zip.same-names", $"The zip file has two entries named '{WeightsLimits.Shown(entry.Name)}'.");
            entries.Add((entry.Header, Locate(entry, begin)));
        }

        entries.Sort((a, b) => a.Header.CompareTo(b.Header));
        for (int i = 1; i < entries.Count; i++)
        {
            StoredEntry before = entries[i - 1].Entry;
            if (entries[i].Header < before.Begin + before.Length)
                throw new WeightsException("zip.overlap", $"Entries of the zip file overlap.");
        }

        return [.. entries.Select(e => e.Entry)];
    }

    /// <summary>An entry's content.</summary>
    /// <exception cref="WeightsException">It is not stored.</exception>
    public byte[] Read(StoredEntry entry) =>
        entry.IsStored
            ? Read(entry.Begin, entry.Length)
            : throw new WeightsException(
                "zip.not-stored",
                $"The entry '{WeightsLimits.Shown(entry.Name)}' is not stored as PyTorch stores it."
            );

    private (long Begin, long Length, long Count) FindDirectory()
    {
        // The end record is the last thing in the file; only a comment of up to 64 KB may follow, and PyTorch writes none.
        long tailBegin = Math.Max(0, stream.Length - EndLength - ushort.MaxValue);
        ReadOnlySpan<byte> tail = Read(tailBegin, stream.Length - tailBegin);
        int end = tail.Length - EndLength;
        while (end >= 0 && !(tail[end..].StartsWith("PK\u0005\u0006"u8) && UInt16(tail, end + 20) == tail.Length - end - EndLength))
            end--;
        if (end < 0)
            throw new WeightsException("zip.no-directory", $"The zip file is cut off: it has no directory.");
        ReadOnlySpan<byte> record = tail[end..];
        (long endPosition, long count, long length, long begin) = (
            tailBegin + end,
            UInt16(record, 10),
            UInt32(record, 12),
            UInt32(record, 16)
        );
        if (count == ushort.MaxValue || length == Saturated || begin == Saturated)
            (endPosition, count, length, begin) = FindDirectory64(endPosition);
        if (begin < 0 || length < 0 || count < 0 || begin > endPosition || length > endPosition - begin)
            throw Damaged();
        return (begin, length, count);
    }

    private (long Position, long Count, long Length, long Begin) FindDirectory64(long endPosition)
    {
        ReadOnlySpan<byte> locator = Read(endPosition - Locator64Length, Locator64Length);
        if (!locator.StartsWith("PK\u0006\u0007"u8))
            throw Damaged();
        long position = Int64(locator, 8);
        ReadOnlySpan<byte> record = Read(position, End64Length);
        return record.StartsWith("PK\u0006\u0006"u8)
            ? (position, Int64(record, 32), Int64(record, 40), Int64(record, 48))
            : throw Damaged();
    }

    private StoredEntry Locate(DirectoryEntry entry, long directory)
    {
        ReadOnlySpan<byte> header = Read(entry.Header, LocalHeaderLength);
        if (!header.StartsWith("PK\u0003\u0004"u8))
            throw Damaged();
        int nameLength = UInt16(header, 26);
        long begin = entry.Header + LocalHeaderLength + nameLength + UInt16(header, 28);
        if (
            nameLength != entry.NameBytes.Length
            || !Read(entry.Header + LocalHeaderLength, nameLength).AsSpan().SequenceEqual(entry.NameBytes)
        )
            throw Damaged();
        // Where the writer could not go back, the sizes follow the data; where they are large, they are in an extra field.
        bool hasSizes = (UInt16(header, 6) & 8) == 0 && UInt32(header, 18) != Saturated && UInt32(header, 22) != Saturated;
        if (hasSizes && (UInt32(header, 18) != entry.Compressed || UInt32(header, 22) != entry.Length))
            throw Damaged();
        if (begin > directory || entry.Compressed < 0 || entry.Compressed > directory - begin)
            throw new WeightsException("zip.leaves-file", $"The entry '{WeightsLimits.Shown(entry.Name)}' leaves the zip file.");
        return new StoredEntry(entry.Name, begin, entry.Compressed, entry.IsStored && entry.Compressed == entry.Length);
    }

    private byte[] Read(long begin, long length)
    {
        if (begin < 0 || length < 0 || begin > stream.Length || length > stream.Length - begin)
            throw Damaged();
        if (length > WeightsLimits.TensorBytes)
            throw new WeightsException("zip.entry-too-large", $"An entry of the zip file is larger than 2 GB.");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        stream.Position = begin;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static long UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);

    private static WeightsException Damaged() => new("zip.damaged-directory", $"The zip file's directory is damaged.");

    private sealed record DirectoryEntry(string Name, byte[] NameBytes, bool IsStored, long Compressed, long Length, long Header)
    {
        /// <summary>Takes the next entry off the directory.</summary>
        public static DirectoryEntry Parse(ref ReadOnlySpan<byte> directory)
        {
            if (directory.Length < DirectoryEntryLength || !directory.StartsWith("PK\u0001\u0002"u8))
                throw Damaged();
            int nameLength = UInt16(directory, 28),
                extraLength = UInt16(directory, 30),
                commentLength = UInt16(directory, 32);
            int total = DirectoryEntryLength + nameLength + extraLength + commentLength;
            if (total > directory.Length)
                throw Damaged();
            byte[] name = directory.Slice(DirectoryEntryLength, nameLength).ToArray();
            if (!Utf8.IsValid(name))
                throw Damaged();
            (long compressed, long length, long header) = (UInt32(directory, 20), UInt32(directory, 24), UInt32(directory, 42));
            ReadOnlySpan<byte> large = Zip64(directory.Slice(DirectoryEntryLength + nameLength, extraLength));
            if (length == Saturated)
                length = TakeInt64(ref large);
            if (compressed == Saturated)
                compressed = TakeInt64(ref large);
            if (header == Saturated)
                header = TakeInt64(ref large);
            bool isStored = UInt16(directory, 10) == 0 && (UInt16(directory, 8) & 1) == 0;
            directory = directory[total..];
            return new DirectoryEntry(Encoding.UTF8.GetString(name), name, isStored, compressed, length, header);
        }

        /// <summary>The extra field with the sizes that do not fit into 32 bits; empty where there is none.</summary>
        private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
        {
            while (extra.Length >= 4)
            {
                int length = UInt16(extra, 2);
                if (length > extra.Length - 4)
                    throw Damaged();
                if (UInt16(extra, 0) == 1)
                    return extra.Slice(4, length);
                extra = extra[(4 + length)..];
            }

            return [];
        }

        private static long TakeInt64(ref ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length < 8)
                throw Damaged();
            long value = Int64(bytes, 0);
            bytes = bytes[8..];
            return value;
        }
    }
}
