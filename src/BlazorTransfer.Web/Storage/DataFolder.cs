using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Configuration;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Storage;

/// <summary>Where each kind of file lives. All names below it are made here, from opaque ids and hashes; none comes from a
/// client.</summary>
internal sealed class DataFolder
{
    /// <summary>A time in names of files.</summary>
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    private const string DiscardedEnding = ".deleted";
    private readonly long _minimumFreeBytes;

    public DataFolder(IOptions<BlazorTransferOptions> options, IHostEnvironment environment)
    {
        Root = Path.GetFullPath(options.Value.DataFolder, environment.ContentRootPath);
        Paths = new DataRoot(Root);
        _minimumFreeBytes = options.Value.MinimumFreeBytes;
        FeatureCache = options.Value.FeatureCacheBytes == 0 ? null : new FeatureCacheSpec(Features, options.Value.FeatureCacheBytes);
        foreach (string folder in new[] { Images, Datasets, Weights, Runs, Uploads, Thumbnails, Keys, Features, Jobs, Documents, Backups })
            Directory.CreateDirectory(folder);
        // With the keys one can forge sign-ins, and the documents hold the hashes of passwords.
        foreach (string folder in new[] { Keys, Documents, Backups })
            KeepPrivate(folder);
    }

    /// <summary>Lets nobody but the application's own user into a folder.</summary>
    private static void KeepPrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // A network share, or a folder of another user, keeps the permissions that an administrator gave it.
        }
    }

    public string Root { get; }

    /// <summary>Translates paths of jobs, which are relative to <see cref="Root"/>.</summary>
    public DataRoot Paths { get; }
    public string Database => Path.Combine(Root, "blazortransfer.db");
    public string Lock => Path.Combine(Root, "app.lock");

    /// <summary>Descriptors of documents that describe no files, such as accounts and projects.</summary>
    public string Documents => Path.Combine(Root, "documents");

    /// <summary>Copies of the database.</summary>
    public string Backups => Path.Combine(Root, "backups");
    public string Images => Path.Combine(Root, "images");
    public string Datasets => Path.Combine(Root, "datasets");
    public string Weights => Path.Combine(Root, "weights");
    public string Runs => Path.Combine(Root, "runs");
    public string Uploads => Path.Combine(Root, "uploads");

    /// <summary>A folder for each background job that has not ended.</summary>
    public string Jobs => Path.Combine(Root, "jobs");
    public string Thumbnails => Path.Combine(Root, "thumbnails");
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Features of frozen layers, which runs share; may be deleted when none is at work.</summary>
    public string Features => Path.Combine(Root, "features");

    /// <summary>What runs are told of <see cref="Features"/>; null where none are kept.</summary>
    public FeatureCacheSpec? FeatureCache { get; }

    /// <summary>Bytes free on the disk.</summary>
    public long FreeBytes => new DriveInfo(Root).AvailableFreeSpace;

    public bool IsLowOnSpace => FreeBytes < _minimumFreeBytes;

    /// <summary>Runs at work wait while less than this is free: half of what new ones need, so that one that was started can end.</summary>
    public long MinimumFreeBytesOfRuns => _minimumFreeBytes / 2;

    /// <summary>Called before work that takes space, so that what is left keeps the application itself running.</summary>
    /// <exception cref="LowSpaceException">Less is free than <see cref="BlazorTransferOptions.MinimumFreeBytes"/>.</exception>
    public void RequireSpace()
    {
        if (IsLowOnSpace)
            throw new LowSpaceException();
    }

    /// <summary>Whether there is something that a database must know of.</summary>
    public bool HasContent => new[] { Documents, Datasets, Runs }.Any(folder => Directory.EnumerateFileSystemEntries(folder).Any());

    /// <summary>Renames the files of the database, so that another one can take their place.</summary>
    /// <returns>The new name; null where there was none.</returns>
    public string? SetDatabaseAside(DateTimeOffset now)
    {
        string? aside = null;
        foreach (string file in new[] { DatabaseFile.LogOf(Database), Database }.Where(File.Exists))
        {
            aside = $"{Path.GetFileName(file)}.replaced-{now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}";
            DurableFile.Move(file, Path.Combine(Root, aside), overwrite: true);
        }

        return aside;
    }

    /// <summary>Writes a small file and removes it, as a test of the disk.</summary>
    public void ProbeWrite()
    {
        string probe = Path.Combine(Root, $"probe.{Guid.NewGuid():N}{AtomicFile.TemporaryEnding}");
        try
        {
            using FileStream file = DurableFile.Open(probe, FileMode.CreateNew);
            file.Write("probe"u8);
            file.Flush(flushToDisk: true);
        }
        finally
        {
            File.Delete(probe);
        }
    }

    public string Job(string jobId) => Path.Combine(Jobs, Safe(jobId));

    public RunFolder Run(string runId) => new(Path.Combine(Runs, Safe(runId)));

    /// <summary>Ids of all runs that have a folder.</summary>
    public IEnumerable<string> RunIds() =>
        Directory.EnumerateDirectories(Runs).Select(path => Path.GetFileName(path)).Where(IsId).Order(StringComparer.Ordinal);

    /// <summary>Deletes the folder of a run: first moved aside in one step, so that a crash never leaves half of a run.</summary>
    public void Discard(string runId)
    {
        string path = Run(runId).Path;
        if (Directory.Exists(path))
            Directory.Move(path, path + DiscardedEnding);
        SweepDiscarded();
    }

    /// <summary>Completes interrupted deletions.</summary>
    public void SweepDiscarded()
    {
        foreach (string path in Directory.GetDirectories(Runs, $"*{DiscardedEnding}"))
            Directory.Delete(path, recursive: true);
    }

    public string Manifest(string datasetId, int version) => Path.Combine(Datasets, Safe(datasetId), $"v{version}.jsonl");

    /// <summary>A file in the folder of a data set.</summary>
    public string DatasetFile(string datasetId, string name) => Path.Combine(Datasets, Safe(datasetId), name);

    /// <summary>Files of all data sets that have a name.</summary>
    /// <param name="pattern">The name, or a pattern of names.</param>
    public IEnumerable<string> DatasetFiles(string pattern) =>
        Directory.EnumerateDirectories(Datasets).SelectMany(folder => Directory.EnumerateFiles(folder, pattern));

    public string Rejections(string datasetId, int version) => Path.Combine(Datasets, Safe(datasetId), $"v{version}.rejected.jsonl");

    /// <summary>The image's path relative to <see cref="Images"/>: <c>ab/abcdef….jpg</c>.</summary>
    public static string ImageFile(string sha256, string extension) => $"{sha256[..2]}/{sha256}{extension}";

    /// <summary>What has come of a download.</summary>
    public string PartialDownload(string sha256Prefix) => Path.Combine(Weights, $"{Safe(sha256Prefix)}.part");

    /// <summary>A drawn copy of an image.</summary>
    /// <param name="sha256">The image.</param>
    /// <param name="region">The part of it; null for all of it.</param>
    /// <param name="large">Whether it is the large one.</param>
    public string Thumbnail(string sha256, PixelArea? region = null, bool large = false)
    {
        string part = region is { } area ? FormattableString.Invariant($"-{area.Left}-{area.Top}-{area.Width}-{area.Height}") : "";
        return Path.Combine(Thumbnails, Safe(sha256)[..2], $"{sha256}{part}{(large ? "-large" : "")}.jpg");
    }

    /// <summary>Ids are made by this program; whatever else arrives in their place must not become a path.</summary>
    private static string Safe(string id) => IsId(id) ? id : throw new ArgumentException("That is no id.", nameof(id));

    private static bool IsId(string id) => id.Length is > 0 and <= 64 && id.All(char.IsAsciiLetterOrDigit);
}
