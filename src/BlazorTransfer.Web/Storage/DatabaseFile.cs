using System.Collections;
using System.Reflection;
using BlazorTransfer.Core.Protocol;
using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>
/// LiteDB on two files that this class opens: the data and the log. So a full disk is reported as everywhere else, a flush of LiteDB
/// reaches the disk, and a log that a full disk cut in the middle of a page is repaired before LiteDB reads it.
/// </summary>
internal sealed class DatabaseFile : IDisposable
{
    private const int PageBytes = 8192;
    private readonly Stream _data;
    private readonly Stream _log;

    private DatabaseFile(Stream data, Stream log)
    {
        (_data, _log) = (data, log);
#pragma warning disable RS0030 // Only DocumentStore, and those who check copies of its file, open it.
        Database = new LiteDatabase(data, mapper: null, log);
#pragma warning restore RS0030
    }

    public LiteDatabase Database { get; }

    /// <summary>Size of the log: nothing after a checkpoint.</summary>
    public long LogBytes => _log.Length;

    /// <param name="path">The data file; made where it does not exist.</param>
    /// <param name="keptLogBytes">What follows in the log is of a write that failed; null where none has.</param>
    public static DatabaseFile Open(string path, long? keptLogBytes = null)
    {
        FileStream data = OpenFile(path);
        try
        {
            FileStream log = OpenFile(LogOf(path));
            try
            {
                if (keptLogBytes < log.Length)
                    log.SetLength(keptLogBytes.Value);
                CutOffPartOfPage(log);
                // With a log, its pages are written again over what the checkpoint left half done.
                if (log.Length > 0)
                    CutOffPartOfPage(data);
                RequireWholePages(data);
                return new DatabaseFile(data, log);
            }
            catch
            {
                log.Dispose();
                throw;
            }
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file to read all of it. Whatever LiteDB meets, the file stays as it is.</summary>
    public static DatabaseFile OpenToRead(string path)
    {
        var data = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        try
        {
            // LiteDB notes in a damaged file that it is damaged, which a stream that cannot be written refuses.
            Stream log = LogInMemory(LogOf(path));
            if (log.Length == 0)
                RequireWholePages(data);
            return new DatabaseFile(data, log);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>The file beside the data file that holds writes until the next checkpoint.</summary>
    public static string LogOf(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}-log{Path.GetExtension(path)}");

    public void Dispose()
    {
        try
        {
            Database.Dispose();
        }
        finally
        {
            SuppressFinalizers();
            _log.Dispose();
            _data.Dispose();
        }
    }

    /// <summary>A transaction of LiteDB 5.0.21 that a failed write left behind throws in its finalizer, which would end the process. Its
    /// pages go with the closed engine.</summary>
    private void SuppressFinalizers()
    {
        foreach (object transaction in TransactionsOf(Database) ?? Array.Empty<object>())
            GC.SuppressFinalize(transaction);
    }

    /// <summary>Transactions that are open or were left behind; null where this LiteDB does not keep them as 5.0.21 does.</summary>
    internal static ICollection? TransactionsOf(LiteDatabase database) =>
        (FieldOf(FieldOf(FieldOf(database, "_engine"), "_monitor"), "_transactions") as IDictionary)?.Values;

    private static object? FieldOf(object? owner, string name) =>
        owner?.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner);

    private static MemoryStream LogInMemory(string path)
    {
        var log = new MemoryStream();
        if (File.Exists(path))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.CopyTo(log);
        }

        log.SetLength(log.Length - log.Length % PageBytes);
        return log;
    }

    private static void RequireWholePages(Stream data)
    {
        if (data.Length % PageBytes != 0)
            throw new DamagedDatabaseException("a part of the file is missing");
    }

    private static FileStream OpenFile(string path) =>
        DurableFile.Open(path, FileMode.OpenOrCreate, FileShare.Read, isPrivate: true, isBuffered: false, flushesToDisk: true);

    private static void CutOffPartOfPage(FileStream file)
    {
        if (file.Length % PageBytes is > 0 and long rest)
            file.SetLength(file.Length - rest);
    }
}
