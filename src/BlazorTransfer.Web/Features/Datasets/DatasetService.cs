using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Says whether something still needs a data set.</summary>
internal interface IDatasetUse
{
    /// <summary>Why it cannot be deleted now, or null where it can.</summary>
    string? WhyKept(string datasetId);

    /// <summary>The data set is gone; so may go what is worth nothing without it.</summary>
    void Forget(string datasetId) { }
}

/// <summary>Data sets of a project, for the signed-in user.</summary>
internal sealed class DatasetService(
    DocumentCollection<Dataset> datasets,
    ProjectAccess access,
    DataFolder folder,
    ImageImporter importer,
    IMemoryCache cache,
    DatasetWorkspaces workspaces,
    ImageProcesses processes,
    IEnumerable<IDatasetUse> uses
) : IProjectContent
{
    private const int ThumbnailSide = 256;
    private const int LargeSide = 2048;

    // Decoding is work; a page of fifty thumbnails must not take every core.
    private readonly SemaphoreSlim _thumbnailSlots = new(2);

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Dataset> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return [.. datasets.FindBy(nameof(Dataset.ProjectId), projectId).OrderByDescending(d => d.CreatedAt)];
    }

    public Dataset Get(ClaimsPrincipal user, string projectId, string datasetId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return datasets.Find(datasetId) is { } dataset && dataset.ProjectId == projectId ? dataset : throw new NotFoundException();
    }

    public DatasetManifest Manifest(ClaimsPrincipal user, string projectId, string datasetId, int version)
    {
        Dataset dataset = Get(user, projectId, datasetId);
        return dataset.Version(version) is null ? throw new NotFoundException() : Manifest(datasetId, version);
    }

    /// <summary>What divides a version's images beside their classes. Its manifest tells where the version was made before that was
    /// counted.</summary>
    public IReadOnlyList<TagCount> TagsOf(Dataset dataset, int version) =>
        (dataset.Version(version) ?? throw new NotFoundException()).Tags ?? TagCount.Of(Manifest(dataset.Id, version).Samples);

    public IReadOnlyList<RejectedFile> Rejected(ClaimsPrincipal user, string projectId, string datasetId, int version)
    {
        Dataset dataset = Get(user, projectId, datasetId);
        if (dataset.Version(version) is null)
            throw new NotFoundException();
        string path = folder.Rejections(datasetId, version);
        return File.Exists(path)
            ? [.. File.ReadLines(path).Select(l => JsonSerializer.Deserialize<RejectedFile>(l, ProtocolJson.Line)!)]
            : [];
    }

    /// <summary>What a run needs to know of a version.</summary>
    public DataSpec DataSpecFor(Dataset dataset, int version) =>
        new(folder.Manifest(dataset.Id, version), folder.Images, $"{dataset.Name} v{version}");

    /// <summary>An image of the data set, or a region of one: the original file, or a JPEG that is drawn at the first request: for a
    /// thumbnail, a region, or a format that browsers do not show.</summary>
    public async Task<(string Path, string MediaType)> ImageAsync(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        string sha256,
        bool thumbnail,
        string? region = null
    )
    {
        Dataset dataset = Get(user, projectId, datasetId);
        // The key decides only among the samples of this data set; it never becomes a path by itself.
        string key = region is null ? sha256 : $"{sha256}@{region}";
        Sample sample =
            workspaces.Workspace(dataset).Current.FindImage(key)
            ?? dataset.Versions.Reverse().Select(v => Index(datasetId, v.Number).GetValueOrDefault(key)).FirstOrDefault(s => s is not null)
            ?? throw new NotFoundException();
        PixelArea? part = region is null ? null : sample.Region;
        string original = Path.Combine(folder.Images, sample.File);
        ImageFormat format = FormatOf(sample.File);
        if (!thumbnail && part is null && format.IsShownByBrowsers())
            return (original, format.MediaType());
        string drawn = folder.Thumbnail(sample.Sha256, part, large: !thumbnail);
        if (!File.Exists(drawn))
            await DrawAsync(original, part, thumbnail ? ThumbnailSide : LargeSide, drawn);
        return (drawn, ImageFormat.Jpeg.MediaType());
    }

    public void Rename(ClaimsPrincipal user, string projectId, string datasetId, string name)
    {
        Get(user, projectId, datasetId);
        access.Require(user, projectId, ProjectRole.Editor);
        datasets.Change(datasetId, d => d.Rename(name));
    }

    /// <exception cref="RefusedException">A run that is not over needs it.</exception>
    public void Delete(ClaimsPrincipal user, string projectId, string datasetId)
    {
        Get(user, projectId, datasetId);
        access.Require(user, projectId, ProjectRole.Editor);
        if (uses.Select(u => u.WhyKept(datasetId)).FirstOrDefault(why => why is not null) is { } reason)
            throw new RefusedException(reason);
        Remove([datasetId]);
    }

    string? IProjectContent.WhyKept(string projectId) => null;

    void IProjectContent.Delete(string projectId) => Remove([.. datasets.FindBy(nameof(Dataset.ProjectId), projectId).Select(d => d.Id)]);

    private void Remove(IReadOnlyList<string> ids)
    {
        HashSet<string> files = [.. ids.SelectMany(FilesOf)];
        foreach (string id in ids)
        {
            datasets.Remove(id);
            workspaces.Drop(id);
        }

        // Images are shared by their hash: only those that no other data set has may go.
        foreach (Dataset other in datasets.All())
            files.ExceptWith(FilesOf(other.Id));
        importer.DeleteImages(files);
        foreach (string id in ids)
        {
            string own = Path.GetDirectoryName(folder.Manifest(id, 1))!;
            if (Directory.Exists(own))
                Directory.Delete(own, recursive: true);
            foreach (IDatasetUse use in uses)
                use.Forget(id);
        }
    }

    private IEnumerable<string> FilesOf(string datasetId) =>
        datasets.Find(datasetId)?.Versions.SelectMany(v => new VersionFiles(folder, datasetId).ImageFiles(v.Number)) ?? [];

    private DatasetManifest Manifest(string datasetId, int version) =>
        cache.GetOrCreate(
            ("manifest", datasetId, version),
            entry =>
            {
                entry.SlidingExpiration = TimeSpan.FromMinutes(10);
                return DatasetManifest.Load(folder.Manifest(datasetId, version));
            }
        )!;

    private Dictionary<string, Sample> Index(string datasetId, int version) =>
        cache.GetOrCreate(
            ("index", datasetId, version),
            entry =>
            {
                entry.SlidingExpiration = TimeSpan.FromMinutes(10);
                // An image is found by itself too where the samples are regions of it.
                var samples = new Dictionary<string, Sample>(StringComparer.Ordinal);
                foreach (Sample sample in Manifest(datasetId, version).Samples)
                {
                    samples.TryAdd(sample.Key, sample);
                    samples.TryAdd(sample.Sha256, sample);
                }

                return samples;
            }
        )!;

    private async Task DrawAsync(string original, PixelArea? region, int side, string drawn)
    {
        await _thumbnailSlots.WaitAsync();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(drawn)!);
            ImageAnswer answer = await processes.DrawThumbnailAsync(original, region, side, CancellationToken.None);
            byte[] jpeg = answer.Thumbnail ?? throw new RefusedException(answer.Rejection!);
            AtomicFile.Write(drawn, stream => stream.Write(jpeg));
        }
        finally
        {
            _thumbnailSlots.Release();
        }
    }

    private static ImageFormat FormatOf(string file) =>
        Enum.GetValues<ImageFormat>().First(f => file.EndsWith(f.Extension(), StringComparison.Ordinal));
}
