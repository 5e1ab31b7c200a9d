using System.Globalization;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Storage;

/// <summary>A copy of the database.</summary>
/// <param name="Path">The file.</param>
/// <param name="Time">When it was made.</param>
internal sealed record Backup(string Path, DateTimeOffset Time)
{
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>The copies of the database in the data folder. Works without the database, which may be damaged.</summary>
internal sealed class BackupFolder(DataFolder folder, IEnumerable<DocumentSchema> schemas)
{
    public const int HoursKept = 24;
    public const int DaysKept = 7;
    private const string Prefix = "blazortransfer-";
    private const string Ending = ".db";
    private readonly DocumentSchema[] _schemas = [.. schemas];

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Backup> List() =>
        [
            .. Directory
                .EnumerateFiles(folder.Backups, $"{Prefix}*{Ending}")
                .Select(file => TimeOf(file) is { } time ? new Backup(file, time) : null)
                .OfType<Backup>()
                .OrderByDescending(b => b.Time),
        ];

    public string PathFor(DateTimeOffset time) =>
        Path.Combine(folder.Backups, Prefix + time.UtcDateTime.ToString(DataFolder.TimeFormat, CultureInfo.InvariantCulture) + Ending);

    /// <summary>The newest one that is whole; null where there is none.</summary>
    public Backup? NewestWhole() => List().FirstOrDefault(b => DamageOf(b.Path) is null);

    /// <summary>Reads every document of a copy.</summary>
    /// <returns>What is wrong with it; null where it is whole.</returns>
    public string? DamageOf(string path)
    {
        try
        {
            using DatabaseFile file = DatabaseFile.OpenToRead(path);
            DocumentFormat.Verify(file.Database, _schemas);
            return null;
        }
        catch (Exception e)
        {
            // LiteDB meets damage with many kinds of exceptions.
            return e.Message;
        }
    }

    /// <summary>Keeps the newest of each of the last hours and days that have one, and deletes the rest.</summary>
    public void Prune()
    {
        IReadOnlyList<Backup> all = List();
        HashSet<Backup> kept =
        [
            .. all.GroupBy(b => b.Time.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture))
                .Take(HoursKept)
                .Select(g => g.First()),
            .. all.GroupBy(b => b.Time.UtcDateTime.Date).Take(DaysKept).Select(g => g.First()),
        ];
        foreach (Backup backup in all.Where(b => !kept.Contains(b)))
            File.Delete(backup.Path);
    }

    /// <summary>Puts a copy in the place of the database, which is set aside. Nobody may have the database open.</summary>
    /// <returns>The new name of the database that was there; null where there was none.</returns>
    public string? Restore(Backup backup, DateTimeOffset now)
    {
        // The copy is complete before anything of the database is moved.
        string ready = $"{folder.Database}.{Guid.NewGuid():N}{AtomicFile.TemporaryEnding}";
        try
        {
            using (var source = new FileStream(backup.Path, FileMode.Open, FileAccess.Read, FileShare.Read))
            using (FileStream target = DurableFile.Open(ready, FileMode.CreateNew, isPrivate: true))
            {
                source.CopyTo(target);
                target.Flush(flushToDisk: true);
            }

            string? aside = folder.SetDatabaseAside(now);
            DurableFile.Move(ready, folder.Database);
            return aside;
        }
        finally
        {
            File.Delete(ready);
        }
    }

    private static DateTimeOffset? TimeOf(string file) =>
        DateTimeOffset.TryParseExact(
            Path.GetFileNameWithoutExtension(file)[Prefix.Length..],
            DataFolder.TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        )
            ? time
            : null;
}
