using System.IO.Hashing;
using System.Text;

namespace BlazorTransfer.Web.Tests;

/// <summary>An entry of a zip, byte by byte: what other programs write, and <see cref="System.IO.Compression.ZipArchive"/> does
/// not.</summary>
/// <param name="Name">The name's bytes.</param>
/// <param name="Content">Stored without compression.</param>
internal sealed record RawZipEntry(byte[] Name, byte[] Content)
{
    public const ushort Utf8 = 1 << 11;
    public const ushort IsEncrypted = 1;

    public ushort Flags { get; init; }
    public ushort Method { get; init; }

    /// <summary>Null for the content's own.</summary>
    public uint? Crc { get; init; }

    /// <summary>Written as an Info-ZIP Unicode Path field; null for none.</summary>
    public string? UnicodePath { get; init; }

    /// <summary>The checksum that the field has of <see cref="Name"/>; null for the right one.</summary>
    public uint? UnicodePathCrc { get; init; }
}

/// <summary>Writes zips of stored entries (APPNOTE.TXT 4.3).</summary>
internal static class RawZip
{
    public static string Write(string path, IEnumerable<RawZipEntry> entries)
    {
        using var zip = new BinaryWriter(File.Create(path));
        var directory = new MemoryStream();
        var records = new BinaryWriter(directory);
        ushort count = 0;
        foreach (RawZipEntry entry in entries)
        {
            uint at = (uint)zip.BaseStream.Position;
            byte[] extra = Extra(entry);
            zip.Write(0x04034b50);
            WriteFields(zip, entry, extra);
            zip.Write(entry.Name);
            zip.Write(extra);
            zip.Write(entry.Content);
            records.Write(0x02014b50);
            records.Write((ushort)20);
            WriteFields(records, entry, extra);
            records.Write(new byte[10]);
            records.Write(at);
            records.Write(entry.Name);
            records.Write(extra);
            count++;
        }

        uint start = (uint)zip.BaseStream.Position;
        zip.Write(directory.ToArray());
        zip.Write(0x06054b50);
        zip.Write(0);
        zip.Write(count);
        zip.Write(count);
        zip.Write((uint)directory.Length);
        zip.Write(start);
        zip.Write((ushort)0);
        return path;
    }

    private static void WriteFields(BinaryWriter to, RawZipEntry entry, byte[] extra)
    {
        to.Write((ushort)20);
        to.Write(entry.Flags);
        to.Write(entry.Method);
        to.Write(0);
        to.Write(entry.Crc ?? Crc32.HashToUInt32(entry.Content));
        to.Write(entry.Content.Length);
        to.Write(entry.Content.Length);
        to.Write((ushort)entry.Name.Length);
        to.Write((ushort)extra.Length);
    }

    private static byte[] Extra(RawZipEntry entry)
    {
        if (entry.UnicodePath is not { } path)
            return [];
        byte[] name = Encoding.UTF8.GetBytes(path);
        // Behind a field that nobody here knows.
        return
        [
            .. BitConverter.GetBytes((ushort)0x5455),
            .. BitConverter.GetBytes((ushort)1),
            0,
            .. BitConverter.GetBytes((ushort)0x7075),
            .. BitConverter.GetBytes((ushort)(5 + name.Length)),
            1,
            .. BitConverter.GetBytes(entry.UnicodePathCrc ?? Crc32.HashToUInt32(entry.Name)),
            .. name,
        ];
    }
}
