using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>A collection and its indexed fields, created at start and never later.</summary>
internal sealed record DocumentSchema(string Collection, IReadOnlyList<string> Indexes);

/// <summary>
/// The only door to LiteDB. A commit of LiteDB 5.0.21 is not flushed to the disk, and its log grows until a checkpoint. So one gate lets
/// one caller in at a time, and a write returns only after a checkpoint. Nothing lazy leaves the gate. The lock file keeps a second
/// process out, which LiteDB on Linux does not. See ADR 3.
/// </summary>
internal sealed class DocumentStore : IDisposable
{
    private const string FirstDocument = "first";
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();
    private readonly FileStream _lockFile;
    private readonly LiteDatabase _database;

    public DocumentStore(DataFolder folder, IEnumerable<DocumentSchema> schemas, TimeProvider clock)
    {
        _lockFile = TakeLock(folder, clock);
#pragma warning disable RS0030 // This is the door.
        _database = new LiteDatabase(new ConnectionString { Filename = folder.Database, Connection = ConnectionType.Direct });
#pragma warning restore RS0030
        // Creating a collection while another thread reads kills the engine, so all of them are made here.
        foreach (DocumentSchema schema in schemas)
        {
            ILiteCollection<BsonDocument> collection = _database.GetCollection(schema.Collection);
            if (!_database.CollectionExists(schema.Collection))
            {
                // LiteDB makes a collection with its first document, or never.
                collection.Insert(new BsonDocument { ["_id"] = FirstDocument });
                collection.Delete(FirstDocument);
            }

            foreach (string field in schema.Indexes)
                collection.EnsureIndex(field);
        }

        _database.Checkpoint();
    }

    /// <param name="read">Must return values, not queries: they would run outside the gate.</param>
    public TResult Read<TResult>(Func<ILiteDatabase, TResult> read)
    {
        lock (_gate)
            return read(_database);
    }

    /// <summary>Writes and returns once the change is on the disk.</summary>
    public TResult Write<TResult>(Func<ILiteDatabase, TResult> write)
    {
        lock (_gate)
        {
            TResult result = write(_database);
            _database.Checkpoint();
            return result;
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _database.Dispose();
        _lockFile.Dispose();
    }

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
