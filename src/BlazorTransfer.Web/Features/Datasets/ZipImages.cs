using System.IO.Compression;
using System.IO.Hashing;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Configuration;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What a zip may be. Sizes are checked while bytes arrive, since an archive may lie about them.</summary>
internal sealed record ZipLimits(
    int Entries = 100_000,
    long TotalBytes = 20L << 30,
    long FileBytes = 64L << 20,
    int Depth = 10,
    int Ratio = 100
)
{
    /// <summary>Bytes of all names together: what is kept of a zip before anything is read from it.</summary>
    public long NameBytes => 256L * Entries;

    /// <summary>Below this size a high ratio is harmless: a small text compresses well.</summary>
    public const long RatioFloorBytes = 1 << 20;

    public static ZipLimits Of(BlazorTransferOptions options) => new(Entries: options.MaximumZipEntries, Ratio: options.MaximumZipRatio);
}

/// <summary>
/// Reads a zip of images without ever making a path of a name in it: entries are numbered, and their names are texts to show.
/// </summary>
internal sealed class ZipImages : IDisposable
{
    private readonly ZipArchive _zip;
    private readonly ZipLimits _limits;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<RejectedFile> _rejected = [];
    private long _bytesRead;

    /// <exception cref="UnknownEncodingException">Names are not UTF-8, and no encoding was chosen for them.</exception>
    /// <exception cref="ImportException">It is no zip, or one that is larger than allowed.</exception>
    public ZipImages(string path, ZipLimits limits, TextEncoding? names = null)
    {
        _limits = limits;
        FileStream file = File.OpenRead(path);
        try
        {
            // Before ZipArchive reads the directory, all of which it keeps.
            IReadOnlyList<ZipDirectoryEntry> directory = ReadDirectory(file, limits);
            _zip = new ZipArchive(file, ZipArchiveMode.Read);
            if (_zip.Entries.Count != directory.Count)
                throw new InvalidDataException("It has two directories.");
            if (_zip.Entries.Sum(e => (decimal)e.Length) > limits.TotalBytes)
                throw new ImportException("zip.unpacks-too-large", $"The zip unpacks to more than {limits.TotalBytes >> 30} GB.");
            IReadOnlyList<ZipName> texts = ZipNames.Of(directory, names);
            Notes = ZipNames.Notes(texts);
            List(texts);
        }
        catch (InvalidDataException e)
        {
            file.Dispose();
            throw new ImportException("zip.no-zip", $"The file is no zip, or is damaged: {Message.Of(e)}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public IReadOnlyCollection<string> Names => _entries.Keys;

    public IReadOnlyList<RejectedFile> Rejected => _rejected;

    /// <summary>How names were read where that may be wrong, in sentences.</summary>
    public IReadOnlyList<Message> Notes { get; }

    /// <summary>The bytes of an entry, or why it cannot be had.</summary>
    /// <exception cref="ImportException">The zip has unpacked to more than it may.</exception>
    public (byte[]? Bytes, Message? Reason) Read(string name)
    {
        ZipArchiveEntry entry = _entries[name];
        try
        {
            using Stream content = entry.Open();
            var bytes = new MemoryStream((int)Math.Min(entry.Length, 1 << 20));
            var check = new Crc32();
            byte[] buffer = new byte[81920];
            for (int read; (read = content.Read(buffer)) > 0; bytes.Write(buffer, 0, read))
            {
                if (bytes.Length + read > _limits.FileBytes)
                    return (null, Message.Of("skipped.too-large", $"It is larger than {_limits.FileBytes >> 20} MB."));
                if ((_bytesRead += read) > _limits.TotalBytes)
                    throw new ImportException("zip.unpacks-too-large", $"The zip unpacks to more than {_limits.TotalBytes >> 30} GB.");
                check.Append(buffer.AsSpan(0, read));
            }

            return bytes.Length != entry.Length
                    ? (null, Message.Of("skipped.other-size", $"Its size is not what the zip says: the zip is damaged."))
                : check.GetCurrentHashAsUInt32() != entry.Crc32
                    ? (
                        null,
                        Message.Of(
                            "skipped.checksum",
                            $"Its checksum (CRC-32) is not what the zip says: the file is damaged. Make or download the zip again."
                        )
                    )
                // Without a copy where the size was known.
                : (bytes.Capacity == bytes.Length ? bytes.GetBuffer() : bytes.ToArray(), null);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return (null, Message.Of("skipped.damaged", $"It is damaged inside the zip."));
        }
    }

    public void Dispose() => _zip.Dispose();

    private static List<ZipDirectoryEntry> ReadDirectory(Stream file, ZipLimits limits)
    {
        var directory = new List<ZipDirectoryEntry>();
        long nameBytes = 0;
        foreach (ZipDirectoryEntry entry in ZipDirectory.Read(file))
        {
            if (directory.Count == limits.Entries)
                throw new ImportException(
                    "zip.import-too-many-entries",
                    $"The zip has more than {limits.Entries:N0} entries. Split it into several data sets, or ask an administrator to "
                        + $"raise the limit ({nameof(BlazorTransferOptions.MaximumZipEntries)})."
                );
            if ((nameBytes += entry.Name.Length) > limits.NameBytes)
                throw new ImportException(
                    "zip.long-names",
                    $"The names in the zip are too long. Shorten the names of its files and folders."
                );
            directory.Add(entry);
        }

        return directory;
    }

    /// <summary>Goes through the entries and what the directory says of each, in the same order.</summary>
    private void List(IReadOnlyList<ZipName> names)
    {
        foreach ((ZipArchiveEntry entry, ZipName name) in _zip.Entries.Zip(names))
        {
            if (entry.Crc32 != name.Entry.Crc32)
                throw new InvalidDataException("It has two directories.");
            if (name.Text is not { } text)
                _rejected.Add(new RejectedFile(ImportName.Printable(name.Entry.Name), name.Reason!));
            else if (ImportName.Clean(text) is var path && (path.Length == 0 || path.EndsWith('/')))
                continue;
            else if ((ImportName.WhyRefused(path) ?? WhyRefused(entry, path, name.Entry)) is { } reason)
                _rejected.Add(new RejectedFile(ImportName.Printable(path), reason));
            else if (!_entries.TryAdd(path, entry))
                _rejected.Add(
                    new RejectedFile(
                        ImportName.Printable(path),
                        Message.Of("skipped.same-name", $"Another file of the zip has the same name.")
                    )
                );
        }
    }

    private Message? WhyRefused(ZipArchiveEntry entry, string name, ZipDirectoryEntry stated)
    {
        const int symbolicLink = 0xA000,
            fileType = 0xF000;
        if (name.Count(c => c == '/') > _limits.Depth)
            return Message.Of("skipped.too-deep", $"It lies more than {_limits.Depth} folders deep.");
        if (((entry.ExternalAttributes >> 16) & fileType) == symbolicLink)
            return Message.Of("skipped.link", $"It is a link, not a file.");
        if (entry.IsEncrypted || stated.Method == ZipMethods.Encrypted)
            return Message.Of("skipped.encrypted", $"It is encrypted. Make a zip without a password.");
        if (ZipMethods.WhyRefused(stated.Method) is { } reason)
            return reason;
        if (entry.Length > _limits.FileBytes)
            return Message.Of("skipped.too-large", $"It is larger than {_limits.FileBytes >> 20} MB.");
        if (entry.Length > ZipLimits.RatioFloorBytes && entry.Length / Math.Max(1, entry.CompressedLength) > _limits.Ratio)
            return Message.Of(
                "skipped.ratio",
                $"It is compressed beyond what images are. An administrator can raise the limit "
                    + $"({nameof(BlazorTransferOptions.MaximumZipRatio)})."
            );
        return null;
    }
}
