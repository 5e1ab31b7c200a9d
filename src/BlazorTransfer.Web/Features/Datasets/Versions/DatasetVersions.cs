using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Claims;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Datasets.Export;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>How far a data set has moved on from a version, such as that of a run.</summary>
/// <param name="Version">The version.</param>
/// <param name="Latest">The newest one.</param>
/// <param name="Differences">Samples of the newest version that differ from this one, by kind; all 0 where it is the newest.</param>
/// <param name="Unpublished">Changes of the working copy since the newest version.</param>
internal sealed record VersionDrift(
    int Version,
    int Latest,
    IReadOnlyDictionary<DifferenceKind, int> Differences,
    ChangeSummary Unpublished
)
{
    public int VersionsAhead => Latest - Version;

    /// <summary>Whether somebody has changed the data since.</summary>
    public bool HasChanged => VersionsAhead > 0 || !Unpublished.IsEmpty;
}

/// <summary>Versions of data sets, for the signed-in user.</summary>
internal sealed class DatasetVersions(
    DatasetService datasets,
    DatasetWorkspaces workspaces,
    ProjectAccess access,
    DataFolder folder,
    JobEngine jobs,
    PublishJob kind,
    UserLimits limits,
    IMemoryCache cache
)
{
    public const int LongestNote = 1000;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<DatasetVersion> List(ClaimsPrincipal user, string projectId, string datasetId) =>
        [.. datasets.Get(user, projectId, datasetId).Versions.Reverse()];

    /// <summary>Begins to publish the working copy; the job's result is the version. What people change until it runs is part of
    /// it.</summary>
    /// <exception cref="RefusedException">There is nothing to publish, or nothing could be trained on it.</exception>
    public BackgroundJob Publish(ClaimsPrincipal user, string projectId, string datasetId, string note)
    {
        limits.Take(user, LimitedWork.Creations);
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        folder.RequireSpace();
        if (PublishJob.WhyNot(dataset, workspaces.Open(user, projectId, datasetId)) is { } reason)
            throw new RefusedException(reason);
        return jobs.Submit(
            kind,
            new NewJob<PublishInput>(
                UserClaims.IdOf(user),
                Texts<DatasetTexts>.Get("PublishOf", dataset.Name),
                new PublishInput(datasetId, dataset.Latest.Number, CheckNote(note))
            )
            {
                ProjectId = projectId,
                Subject = datasetId,
            }
        );
    }

    /// <summary>The working copy becomes a version again, and what was changed is undone with one undo.</summary>
    public DatasetChange Restore(ClaimsPrincipal user, string projectId, string datasetId, int version) =>
        workspaces.Change(user, projectId, datasetId, new VersionRestored(version));

    /// <summary>Compares a version with another one.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set.</param>
    /// <param name="before">The one version.</param>
    /// <param name="after">The other one; null for the working copy, which is compared with the version that it began with.</param>
    /// <returns>A working copy of the first version that went back to the other one: ask it for its differences.</returns>
    public WorkingCopy Compare(ClaimsPrincipal user, string projectId, string datasetId, int before, int? after)
    {
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        if (dataset.Version(before) is null || (after is { } asked && dataset.Version(asked) is null))
            throw new NotFoundException();
        if (after is { } other)
            return Compare(datasetId, before, other);
        return before == dataset.Latest.Number
            ? workspaces.Open(user, projectId, datasetId)
            : throw new RefusedException(Texts<DatasetTexts>.Get("CompareWithLatest", dataset.Latest.Number));
    }

    /// <summary>How far the data has moved on from a version.</summary>
    public VersionDrift Since(ClaimsPrincipal user, string projectId, string datasetId, int version)
    {
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        if (dataset.Version(version) is null)
            throw new NotFoundException();
        return new VersionDrift(
            version,
            dataset.Latest.Number,
            version == dataset.Latest.Number
                ? Enum.GetValues<DifferenceKind>().ToDictionary(kind => kind, _ => 0)
                : Compare(datasetId, version, dataset.Latest.Number).DifferenceCounts(),
            workspaces.Open(user, projectId, datasetId).Summary
        );
    }

    /// <summary>Prepares the export of a version as a zip.</summary>
    /// <returns>The name for the download, and what writes the zip, without keeping it in memory.</returns>
    /// <exception cref="RefusedException">The format cannot say what the version says; the message says which one can.</exception>
    public (string FileName, Func<Stream, CancellationToken, Task> Write) Export(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        int version,
        ExportFormat format
    )
    {
        limits.Take(user, LimitedWork.Exports);
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        DatasetVersion exported = dataset.Version(version) ?? throw new NotFoundException();
        DatasetManifest manifest = DatasetManifest.Load(folder.Manifest(datasetId, version));
        if (VersionExport.WhyNot(format, manifest) is { } reason)
            throw new RefusedException(reason);
        return (
            $"{dataset.Name} v{version}.zip",
            (stream, cancel) => WriteAsync(stream, VersionExport.Files(format, manifest), exported.CreatedAt, cancel)
        );
    }

    public static string CheckNote(string note) =>
        note.Trim() is { Length: <= LongestNote } trimmed && NameRule.IsPlainText(trimmed)
            ? trimmed
            : throw new RefusedException(Texts<DatasetTexts>.Get("NoteRefused", LongestNote));

    /// <summary>Versions never change, so that a comparison that several people look at is made once.</summary>
    private WorkingCopy Compare(string datasetId, int before, int after) =>
        cache.GetOrCreate(
            ("comparison", datasetId, before, after),
            entry =>
            {
                entry.SlidingExpiration = TimeSpan.FromMinutes(2);
                VersionFiles files = new(folder, datasetId);
                return WorkingCopy.Open(files.Read(before), files.Read).With(new VersionRestored(after) { Number = 1 });
            }
        )!;

    /// <summary>Writes a zip to a response, to which only asynchronous writes are allowed; some of a zip's are not. So another thread
    /// writes it into a pipe, and waits where the response is slower.</summary>
    private async Task WriteAsync(Stream stream, IEnumerable<ExportedFile> files, DateTimeOffset time, CancellationToken cancel)
    {
        var pipe = new Pipe();
        Task written = Task.Run(
            async () =>
            {
                Exception? failure = null;
                try
                {
                    await using Stream target = pipe.Writer.AsStream(leaveOpen: true);
                    Write(target, files, time, cancel);
                }
                catch (Exception e)
                {
                    failure = e;
                }

                await pipe.Writer.CompleteAsync(failure);
            },
            CancellationToken.None
        );
        try
        {
            await pipe.Reader.CopyToAsync(stream, cancel);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await written;
        }
    }

    private void Write(Stream stream, IEnumerable<ExportedFile> files, DateTimeOffset time, CancellationToken cancel)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
        foreach (ExportedFile file in files)
        {
            cancel.ThrowIfCancellationRequested();
            // Images are compressed already.
            ZipArchiveEntry entry = zip.CreateEntry(
                file.Name,
                file.Image is null ? CompressionLevel.Optimal : CompressionLevel.NoCompression
            );
            entry.LastWriteTime = time;
            using Stream target = entry.Open();
            if (file.Image is null)
            {
                target.Write(file.Content);
                continue;
            }

            using FileStream image = File.OpenRead(Path.Combine(folder.Images, file.Image));
            image.CopyTo(target);
        }
    }
}
