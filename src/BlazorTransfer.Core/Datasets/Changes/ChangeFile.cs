using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>
/// The changes of a working copy, a line each. A change that was acknowledged is on the disk; what a killed process left of another one is
/// ignored, and cut off by the next change. Not safe for several threads.
/// </summary>
public sealed class ChangeFile
{
    private const int ReadAtOnce = 1 << 16;
    private const byte LineEnd = (byte)'\n';
    private readonly string _path;

    // Bytes of whole changes; what follows them was never acknowledged.
    private long _length;

    private ChangeFile(string path) => _path = path;

    /// <summary>Reads a file, which need not exist.</summary>
    /// <exception cref="InvalidDataException">A line before the last is no change: the file is damaged.</exception>
    public static (ChangeFile File, IReadOnlyList<DatasetChange> Changes) Open(string path)
    {
        var file = new ChangeFile(path);
        return (file, [.. file.Read()]);
    }

    /// <summary>Appends a change and returns once it is on the disk. After a failure the file is as before.</summary>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    public void Append(DatasetChange change)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(change, ProtocolJson.Line), LineEnd];
        using FileStream stream = DurableFile.Open(_path, FileMode.OpenOrCreate, FileShare.Read, isBuffered: false);
        if (stream.Length != _length)
            stream.SetLength(_length);
        stream.Seek(_length, SeekOrigin.Begin);
        try
        {
            stream.Write(line);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            // A complete line of a change that was never confirmed must not count at the next start.
            stream.SetLength(_length);
            throw;
        }

        _length += line.Length;
    }

    /// <summary>Yields changes; an unfinished or unreadable last line is left out.</summary>
    private IEnumerable<DatasetChange> Read()
    {
        if (!File.Exists(_path))
            yield break;
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        InvalidDataException? damage = null;
        foreach (byte[] line in Lines(stream))
        {
            if (damage is not null)
                throw damage;
            DatasetChange? change = null;
            try
            {
                change =
                    JsonSerializer.Deserialize<DatasetChange>(line, ProtocolJson.Line) ?? throw new JsonException("The line is empty.");
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                damage = new InvalidDataException(
                    $"{Path.GetFileName(_path)}, byte {_length}: not a change that this version knows. {e.Message}",
                    e
                );
                continue;
            }

            _length += line.Length + 1;
            yield return change;
        }
    }

    private static IEnumerable<byte[]> Lines(FileStream stream)
    {
        byte[] buffer = new byte[ReadAtOnce];
        int filled = 0;
        for (int read; (read = stream.Read(buffer, filled, buffer.Length - filled)) > 0; )
        {
            int searched = filled,
                start = 0;
            filled += read;
            for (int end; (end = Array.IndexOf(buffer, LineEnd, searched, filled - searched)) >= 0; searched = start)
            {
                yield return buffer[start..end];
                start = end + 1;
            }

            Array.Copy(buffer, start, buffer, 0, filled - start);
            filled -= start;
            if (filled == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }
}
