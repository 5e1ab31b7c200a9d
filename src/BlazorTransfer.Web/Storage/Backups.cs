using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Storage;

/// <summary>Makes copies of the open database.</summary>
internal sealed class Backups(DocumentStore store, DataFolder folder, BackupFolder backups, TimeProvider clock)
{
    /// <summary>Makes a copy, reads all of it, and deletes old ones. Others wait only while the bytes are copied, not while they are
    /// flushed and read.</summary>
    /// <exception cref="LowSpaceException">The disk is nearly full.</exception>
    /// <exception cref="DamagedDatabaseException">The database is damaged, so that the copy is too. It is not kept.</exception>
    public Backup Create()
    {
        folder.RequireSpace();
        DateTimeOffset now = clock.GetUtcNow();
        string path = backups.PathFor(now);
        // Its ending is that of no backup, until it is whole.
        string unfinished = path + AtomicFile.TemporaryEnding;
        try
        {
            using (FileStream target = DurableFile.Open(unfinished, FileMode.Create, isPrivate: true))
            {
                store.CopyTo(target);
                target.Flush(flushToDisk: true);
            }

            if (backups.DamageOf(unfinished) is { } damage)
                throw new DamagedDatabaseException($"its copy cannot be read ({damage.TrimEnd('.')})");
            DurableFile.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }

        backups.Prune();
        return new Backup(path, now);
    }
}

/// <summary>Makes a copy of the database every hour.</summary>
internal sealed class HourlyBackups(Backups backups, BackupFolder existing, TimeProvider clock, ILogger<HourlyBackups> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan pause = existing.List() is [var newest, ..] ? newest.Time + Interval - clock.GetUtcNow() : TimeSpan.Zero;
        while (true)
        {
            // A clock that was set back must not delay it for longer than usual.
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause < Interval ? pause : Interval, clock, stoppingToken);
            pause = Attempt() ? Interval : PauseAfterFailure;
        }
    }

    private bool Attempt()
    {
        try
        {
            Backup made = backups.Create();
            log.LogDebug("The database was copied to {Name}.", made.Name);
            return true;
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            log.LogError(e, "The database could not be copied; it is tried again in {Minutes} minutes.", PauseAfterFailure.TotalMinutes);
            return false;
        }
    }
}
