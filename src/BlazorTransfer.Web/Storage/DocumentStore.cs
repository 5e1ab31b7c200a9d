using BlazorTransfer.Core.Protocol;
using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>A collection and its indexed fields, created at start and never later.</summary>
internal sealed record DocumentSchema(string Collection, IReadOnlyList<string> Indexes);

/// <summary>
/// The only door to LiteDB. A commit of LiteDB 5.0.21 is not flushed to the disk, and its log grows until a checkpoint. So one gate lets
/// one caller in at a time, and a write returns only after a checkpoint. Nothing lazy leaves the gate. The lock file keeps a second
/// process out, which LiteDB on Linux does not. See ADR 3.
/// After a failed write LiteDB answers nothing any more, so the file is closed, and opened again for the next caller.
/// </summary>
internal sealed class DocumentStore : IDisposable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();
    private readonly FileStream _lockFile;
    private readonly string _path;
    private readonly DocumentSchema[] _schemas;
    private DatabaseFile? _file;
    private bool _isDisposed;

    /// <summary>The log is empty before each write, unless a checkpoint has failed.</summary>
    private bool _hasEmptyLog;

    /// <summary>A write failed before it was complete, and the log holds nothing else.</summary>
    private bool _discardsLog;

    /// <exception cref="DamagedDatabaseException">The file does not hold what was written; it is not changed then.</exception>
    public DocumentStore(DataFolder folder, IEnumerable<DocumentSchema> schemas, TimeProvider clock)
    {
        _lockFile = TakeLock(folder, clock);
        _path = folder.Database;
        _schemas = [.. schemas];
        try
        {
            _file = OpenFirst();
        }
        catch
        {
            _lockFile.Dispose();
            throw;
        }
    }

    /// <param name="read">Must return values, not queries: they would run outside the gate.</param>
    public TResult Read<TResult>(Func<ILiteDatabase, TResult> read)
    {
        lock (_gate)
        {
            ILiteDatabase database = Opened();
            try
            {
                return read(database);
            }
            catch (Exception e) when (IsFromDatabase(e))
            {
                Close();
                throw;
            }
        }
    }

    /// <summary>Writes and returns once the change is on the disk. A write that fails changes nothing, unless only the checkpoint fails:
    /// then the change is complete in the log, and is applied when the file is opened again.</summary>
    public TResult Write<TResult>(Func<ILiteDatabase, TResult> write)
    {
        lock (_gate)
        {
            ILiteDatabase database = Opened();
            TResult result;
            try
            {
                result = write(database);
            }
            catch (Exception e) when (IsFromDatabase(e))
            {
                Close();
                _discardsLog = _hasEmptyLog;
                throw;
            }

            try
            {
                database.Checkpoint();
                _hasEmptyLog = true;
                return result;
            }
            catch (Exception e) when (IsFromDatabase(e))
            {
                Close();
                _hasEmptyLog = false;
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Close();
        }

        _lockFile.Dispose();
    }

    private DatabaseFile OpenFirst()
    {
        DatabaseFile? file = null;
        try
        {
            file = DatabaseFile.Open(_path);
            // Before anything is written: a damaged file stays as it is.
            DocumentFormat.Verify(file.Database, _schemas);
            DocumentFormat.Prepare(file.Database, _schemas);
            file.Database.Checkpoint();
            _hasEmptyLog = true;
            return file;
        }
        catch (Exception e)
        {
            Discard(file);
            // LiteDB meets damage with many kinds of exceptions.
            if (e is DamagedDatabaseException or InvalidOperationException or UnauthorizedAccessException || DiskFullException.IsCauseOf(e))
                throw;
            throw new DamagedDatabaseException($"LiteDB cannot read it ({e.Message.TrimEnd('.')})", e);
        }
    }

    private LiteDatabase Opened()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_file is not null)
            return _file.Database;
        DatabaseFile? file = null;
        try
        {
            file = DatabaseFile.Open(_path, _discardsLog);
            (_discardsLog, _hasEmptyLog) = (false, _hasEmptyLog || _discardsLog);
            DocumentFormat.Prepare(file.Database, _schemas);
        }
        catch
        {
            Discard(file);
            throw;
        }

        return (_file = file).Database;
    }

    private void Close()
    {
        Discard(_file);
        _file = null;
    }

    /// <summary>Closes a file that may have failed already.</summary>
    private static void Discard(DatabaseFile? file)
    {
        try
        {
            file?.Dispose();
        }
        catch (Exception e) when (IsFromDatabase(e))
        {
            // Nothing that was acknowledged is left to write.
        }
    }

    private static bool IsFromDatabase(Exception e) => e is IOException or LiteException or ObjectDisposedException;

    /// <summary>
    /// Takes the lock, with some patience: the one before may be at its end, and on Linux a process that is just being started holds
    /// a copy of its parent's files between fork and exec, so that a lock outlives its release by some milliseconds.
    /// </summary>
    private static FileStream TakeLock(DataFolder folder, TimeProvider clock)
    {
        for (long start = clock.GetTimestamp(); ; )
        {
            try
            {
                return new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetElapsedTime(start) < LockPatience)
            {
                Task.Delay(LockPause, clock).Wait();
            }
            catch (IOException e)
            {
                throw new InvalidOperationException(
                    $"The data folder {folder.Root} is in use by another BlazorTransfer. Stop that one, or name another folder "
                        + "with BLAZORTRANSFER_DataFolder.",
                    e
                );
            }
        }
    }
}
