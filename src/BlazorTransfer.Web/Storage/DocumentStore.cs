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
    private readonly Lock _gate = new();
    private readonly DataFolderLock _lock;
    private readonly string _path;
    private readonly DocumentSchema[] _schemas;
    private DatabaseFile? _file;
    private bool _isDisposed;

    /// <summary>The log is empty before each write, unless a checkpoint has failed.</summary>
    private bool _hasEmptyLog;

    /// <summary>A write failed before it was complete, and the log holds nothing else.</summary>
    private bool _discardsLog;

    /// <exception cref="DamagedDatabaseException">The file does not hold what was written; it is not changed then.</exception>
    public DocumentStore(DataFolder folder, IEnumerable<DocumentSchema> schemas, TimeProvider clock, StoreStart? start = null)
    {
        _lock = DataFolderLock.Take(folder, clock);
        _path = folder.Database;
        _schemas = [.. schemas];
        bool isForRebuild = start?.ForRebuild == true;
        try
        {
            // An empty database beside data would offer the set-up to whoever comes first.
            if (!isForRebuild && folder.HasContent && !(File.Exists(_path) && new FileInfo(_path).Length > 0))
                throw new DamagedDatabaseException("the file is missing or empty, although the data folder holds data");
            _file = OpenFirst();
        }
        catch (DamagedDatabaseException) when (isForRebuild)
        {
            folder.SetDatabaseAside(clock.GetUtcNow());
            _file = OpenFirst();
        }
        catch
        {
            _lock.Dispose();
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

    /// <summary>Copies the file as it is between two writes. The copy is complete, but not flushed to the disk.</summary>
    public void CopyTo(FileStream target)
    {
        lock (_gate)
        {
            LiteDatabase database = Opened();
            if (!_hasEmptyLog)
            {
                database.Checkpoint();
                _hasEmptyLog = true;
            }

            using var source = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            source.CopyTo(target);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Close();
        }

        _lock.Dispose();
    }

    private DatabaseFile OpenFirst()
    {
        DatabaseFile? file = null;
        try
        {
            // Before anything is written: a damaged file stays as it is.
            if (File.Exists(_path) && new FileInfo(_path).Length > 0)
            {
                using DatabaseFile present = DatabaseFile.OpenToRead(_path);
                DocumentFormat.Verify(present.Database, _schemas);
            }

            file = DatabaseFile.Open(_path);
            DocumentFormat.Prepare(file.Database, _schemas);
            file.Database.Checkpoint();
            _hasEmptyLog = true;
            return file;
        }
        catch (Exception e)
        {
            Discard(file);
            // LiteDB meets damage with many kinds of exceptions.
            if (e is DamagedDatabaseException or NewerFormatException or UnauthorizedAccessException || DiskFullException.IsCauseOf(e))
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
}
