using System.IO.Compression;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What a zip may be. Sizes are checked while bytes arrive, since an archive may lie about them.</summary>
internal sealed record ZipLimits(
    int Entries = 1_000_000,
    long TotalBytes = 20L << 30,
    long FileBytes = 64L << 20,
    int Depth = 10,
    int Ratio = 200
)
{
    /// <summary>Below this size a high ratio is harmless: a small text compresses well.</summary>
    public const long RatioFloorBytes = 1 << 20;

    public static ZipLimits Default { get; } = new();
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

    /// <exception cref="ImportException">It is no zip, or one that is larger than allowed.</exception>
    public ZipImages(string path, ZipLimits limits)
    {
        _limits = limits;
        try
        {
            _zip = ZipFile.OpenRead(path);
            if (_zip.Entries.Count > limits.Entries)
                throw new ImportException(
                    $"The zip has {_zip.Entries.Count:N0} entries; {limits.Entries:N0} are allowed. Split it into several data sets."
                );
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"The file is no zip, or is damaged: {e.Message}");
        }

        if (_zip.Entries.Sum(e => (decimal)e.Length) > limits.TotalBytes)
            throw new ImportException($"The zip unpacks to more than {limits.TotalBytes >> 30} GB.");
        var folded = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in _zip.Entries.Where(e => !e.FullName.EndsWith('/')))
        {
            string shown = Printable(entry.FullName);
            if (WhyRefused(entry) is { } reason)
                _rejected.Add(new RejectedFile(shown, reason));
            else if (!folded.Add(entry.FullName))
                _rejected.Add(new RejectedFile(shown, "Another file of the zip has the same name."));
            else
                _entries[entry.FullName] = entry;
        }
    }

    public IReadOnlyCollection<string> Names => _entries.Keys;

    public IReadOnlyList<RejectedFile> Rejected => _rejected;

    /// <summary>The bytes of an entry, or why it cannot be had.</summary>
    /// <exception cref="ImportException">The zip has unpacked to more than it may.</exception>
    public (byte[]? Bytes, string? Reason) Read(string name)
    {
        ZipArchiveEntry entry = _entries[name];
        try
        {
            using Stream content = entry.Open();
            var bytes = new MemoryStream((int)Math.Min(entry.Length, 1 << 20));
            byte[] buffer = new byte[81920];
            for (int read; (read = content.Read(buffer)) > 0; bytes.Write(buffer, 0, read))
            {
                if (bytes.Length + read > _limits.FileBytes)
                    return (null, $"It is larger than {_limits.FileBytes >> 20} MB.");
                if ((_bytesRead += read) > _limits.TotalBytes)
                    throw new ImportException($"The zip unpacks to more than {_limits.TotalBytes >> 30} GB.");
            }

            return bytes.Length == entry.Length
                ? (bytes.ToArray(), null)
                : (null, "Its size is not what the zip says: the zip is damaged.");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return (null, "It is damaged inside the zip.");
        }
    }

    public void Dispose() => _zip.Dispose();

    private string? WhyRefused(ZipArchiveEntry entry)
    {
        const int symbolicLink = 0xA000,
            fileType = 0xF000;
        string name = entry.FullName;
        if (
            name.Any(c => c < ' ' || c == '\\' || c == ':')
            || name.StartsWith('/')
            || name.Split('/').Any(p => p is ".." or "." or "")
            || name.Length > 300
        )
            return "Its name is not a plain path inside the zip.";
        if (name.Count(c => c == '/') > _limits.Depth)
            return $"It lies more than {_limits.Depth} folders deep.";
        if (((entry.ExternalAttributes >> 16) & fileType) == symbolicLink)
            return "It is a link, not a file.";
        if (entry.IsEncrypted)
            return "It is encrypted. Make a zip without a password.";
        if (entry.Length > _limits.FileBytes)
            return $"It is larger than {_limits.FileBytes >> 20} MB.";
        if (entry.Length > ZipLimits.RatioFloorBytes && entry.Length / Math.Max(1, entry.CompressedLength) > _limits.Ratio)
            return "It is compressed beyond what images are.";
        return null;
    }

    /// <summary>A name that can be shown and logged: without control characters, and not endless.</summary>
    private static string Printable(string name) => new([.. name.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);
}
