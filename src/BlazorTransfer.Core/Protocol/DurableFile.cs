namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Opens, renames and creates the files that must survive. All of them go through here, so that a full disk is the same exception
/// everywhere, and a test can let any single operation fail.
/// </summary>
public static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Raised with the path before each operation that a full disk can refuse. What a handler throws stands for the disk's own
    /// failure; only tests have one.</summary>
    internal static event Action<string>? Changing;

    /// <summary>Opens a file to write.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">How it is opened.</param>
    /// <param name="share">What others may do with it meanwhile.</param>
    /// <param name="isPrivate">A new file can be read by its owner only.</param>
    /// <param name="isBuffered">Small writes are gathered; otherwise each is one call of the system.</param>
    /// <param name="flushesToDisk"><see cref="Stream.Flush"/> too returns once the content is on the disk.</param>
    /// <exception cref="DiskFullException">There is no room; the stream throws it too.</exception>
    public static FileStream Open(
        string path,
        FileMode mode,
        FileShare share = FileShare.None,
        bool isPrivate = false,
        bool isBuffered = true,
        bool flushesToDisk = false
    )
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = isBuffered ? 1 << 16 : 0,
        };
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        try
        {
            // A file that exists can be opened on a full disk.
            if (!File.Exists(path))
                Changing?.Invoke(path);
            return new DurableStream(path, options, flushesToDisk);
        }
        catch (IOException e) when (IsUntoldFull(e))
        {
            throw new DiskFullException(e);
        }
    }

    /// <inheritdoc cref="File.Move(string, string, bool)"/>
    public static void Move(string path, string target, bool overwrite = false)
    {
        try
        {
            Changing?.Invoke(target);
            File.Move(path, target, overwrite);
        }
        catch (IOException e) when (IsUntoldFull(e))
        {
            throw new DiskFullException(e);
        }
    }

    /// <summary>Creates a folder and those above it, unless it exists.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        try
        {
            Changing?.Invoke(path);
            Directory.CreateDirectory(path);
        }
        catch (IOException e) when (IsUntoldFull(e))
        {
            throw new DiskFullException(e);
        }
    }

    private static bool IsUntoldFull(IOException e) => e is not DiskFullException && DiskFullException.IsCauseOf(e);

    private sealed class DurableStream(string path, FileStreamOptions options, bool flushesToDisk) : FileStream(path, options)
    {
        // In a class derived from FileStream, the other overloads, those for spans and the asynchronous ones, call this one.
        public override void Write(byte[] buffer, int offset, int count)
        {
            try
            {
                Changing?.Invoke(Name);
                base.Write(buffer, offset, count);
            }
            catch (IOException e) when (IsUntoldFull(e))
            {
                throw new DiskFullException(e);
            }
        }

        public override void WriteByte(byte value) => Write([value], 0, 1);

        public override void SetLength(long value)
        {
            try
            {
                if (value > Length)
                    Changing?.Invoke(Name);
                base.SetLength(value);
            }
            catch (IOException e) when (IsUntoldFull(e))
            {
                throw new DiskFullException(e);
            }
        }

        public override void Flush() => Flush(flushesToDisk);

        public override void Flush(bool flushToDisk)
        {
            try
            {
                Changing?.Invoke(Name);
                base.Flush(flushToDisk);
            }
            catch (IOException e) when (IsUntoldFull(e))
            {
                throw new DiskFullException(e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            try
            {
                base.Dispose(disposing);
            }
            catch (IOException e) when (IsUntoldFull(e))
            {
                // What was left in the buffer; the file is closed all the same.
                throw new DiskFullException(e);
            }
        }
    }
}
