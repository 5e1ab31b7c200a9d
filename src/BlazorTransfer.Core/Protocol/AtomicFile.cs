using System.Text;

namespace BlazorTransfer.Core.Protocol;

/// <summary>Writes a file so that a crash at any moment leaves either the old content or the new, never a part.</summary>
public static class AtomicFile
{
    /// <summary>The end of the names of files that are not whole yet; what a crash leaves of them is worth nothing.</summary>
    public const string TemporaryEnding = ".tmp";

    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    /// <param name="isPrivate">The file can be read by its owner only.</param>
    public static void WriteAllText(string path, string text, bool isPrivate = false) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), isPrivate);

    /// <summary>Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, flushes it to the disk, renames
    /// it.</summary>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    public static void Write(string path, Action<Stream> write, bool isPrivate = false)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporaryEnding}";
        try
        {
            using (var stream = DurableFile.Open(temporary, FileMode.CreateNew, isPrivate: isPrivate))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            DurableFile.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
