using System.Collections.Concurrent;
using BlazorTransfer.Core.Protocol;
using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>A collection and its indexed fields, created at start and never later.</summary>
internal sealed record DocumentSchema(string Collection, IReadOnlyList<string> Indexes);

/// <summary>
/// The only door to LiteDB. A commit of LiteDB 5.0.21 is not flushed to the disk, and its log grows until a checkpoint. So one gate lets
/// one caller in at a time, and a write returns only after a checkpoint, which writers that wait at the gate share. Nothing lazy leaves
/// the gate. The lock file keeps a second process out, which LiteDB on Linux does not. See ADR 3.
/// After a failed write LiteDB answers nothing any more, so the file is closed, and opened again for the next caller.
/// </summary>
internal sealed class DocumentStore : IDisposable
{
    private const int MostWritesOfACheckpoint = 64;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<QueuedWrite> _queued = new();

    /// <summary>Guards <see cref="_isWriting"/>: one of the writers writes for all of them.</summary>
    private readonly object _writers = new();
    private bool _isWriting;
    private readonly DataFolderLock _lock;
    private readonly string _path;
    private readonly DocumentSchema[] _schemas;
    private DatabaseFile? _file;
    private bool _isDisposed;

    /// <summary>A write failed before it was complete: this much of the log was there before. Null where none has failed.</summary>
    private long? _keptLogBytes;

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
    /// <param name="write">May run on the thread of another writer, so it must not wait for what its caller holds.</param>
    public TResult Write<TResult>(Func<ILiteDatabase, TResult> write)
    {
        var queued = new QueuedWrite<TResult>(write);
        _queued.Enqueue(queued);
        // A write within another one: that one has the gate.
        while (!queued.IsDone && _gate.IsHeldByCurrentThread)
            WriteQueued();
        while (MustWriteFor(queued))
        {
            try
            {
                lock (_gate)
                    WriteQueued();
            }
            finally
            {
                lock (_writers)
                {
                    _isWriting = false;
                    Monitor.PulseAll(_writers);
                }
            }
        }

        return queued.Result;
    }

    /// <summary>Waits until another writer has done it, or until it is this writer's turn. So only one writer at a time stands at the gate,
    /// and readers get in between.</summary>
    private bool MustWriteFor(QueuedWrite queued)
    {
        lock (_writers)
        {
            while (!queued.IsDone && _isWriting)
                Monitor.Wait(_writers);
            return !queued.IsDone && (_isWriting = true);
        }
    }

    /// <summary>Writes what is queued, and then makes all of it durable with one checkpoint. Flushes take most of the time, so many writers
    /// share one.</summary>
    private void WriteQueued()
    {
        List<QueuedWrite> written = [];
        for (int i = 0; i < MostWritesOfACheckpoint && _queued.TryDequeue(out QueuedWrite? next); i++)
        {
            if (TryWrite(next))
                written.Add(next);
        }

        if (written.Count == 0)
            return;
        try
        {
            Opened().Checkpoint();
            written.ForEach(w => w.Complete());
        }
        catch (Exception e)
        {
            if (IsFromDatabase(e))
                Close();
            written.ForEach(w => w.Fail(e));
        }
    }

    /// <returns>True if the change is in the log.</returns>
    private bool TryWrite(QueuedWrite queued)
    {
        long logBytes = 0;
        try
        {
            LiteDatabase database = Opened();
            logBytes = _file!.LogBytes;
            queued.Execute(database);
            return true;
        }
        catch (Exception e)
        {
            if (IsFromDatabase(e) && _file is not null)
            {
                Close();
                // What others have written before is kept.
                _keptLogBytes = logBytes;
            }

            queued.Fail(e);
            return false;
        }
    }

    /// <summary>Copies the file as it is between two writes. The copy is complete, but not flushed to the disk.</summary>
    public void CopyTo(FileStream target)
    {
        lock (_gate)
        {
            LiteDatabase database = Opened();
            if (_file!.LogBytes > 0)
                database.Checkpoint();
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
            file = DatabaseFile.Open(_path, _keptLogBytes);
            _keptLogBytes = null;
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
