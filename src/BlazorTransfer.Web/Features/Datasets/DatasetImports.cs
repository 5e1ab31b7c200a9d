using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using System.Threading.Channels;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Runs imports one after another in the background, so that a closed tab does not end them.</summary>
internal sealed class DatasetImports(
    DocumentCollection<DatasetImport> imports,
    DocumentCollection<Dataset> datasets,
    ProjectAccess access,
    ImageImporter importer,
    DataFolder folder,
    TimeProvider clock,
    ILogger<DatasetImports> log
) : BackgroundService
{
    public const string SampleName = "Surface inspection (sample)";
    private readonly Channel<(DatasetImport Import, Func<ImportSource> Open, Action Finished)> _queue = Channel.CreateBounded<(
        DatasetImport,
        Func<ImportSource>,
        Action
    )>(100);
    private readonly ConcurrentDictionary<string, ImportProgress> _progress = new();
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _cancel = new();

    /// <summary>Imports of a project that are at work or failed, the newest first, with how far they are.</summary>
    public IReadOnlyList<(DatasetImport Import, ImportProgress? Progress)> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return
        [
            .. imports
                .FindBy(nameof(DatasetImport.ProjectId), projectId)
                .Where(i => i.State is ImportState.Running or ImportState.Failed)
                .OrderByDescending(i => i.StartedAt)
                .Select(i => (i, _progress.GetValueOrDefault(i.Id))),
        ];
    }

    /// <summary>Takes over an uploaded zip, which is deleted when the import has ended.</summary>
    public DatasetImport StartZip(
        ClaimsPrincipal user,
        string projectId,
        string name,
        string uploadedZip,
        ImportLayout layout = ImportLayout.Classes,
        ImportEncodings? encodings = null
    )
    {
        ZipImages? zip = null;
        return Start(
            user,
            projectId,
            name,
            () =>
            {
                zip = new ZipImages(uploadedZip, ZipLimits.Default, encodings?.Names);
                return new ImportSource(zip.Names, zip.Rejected, zip.Read, _ => null, layout, encodings?.Table);
            },
            () =>
            {
                zip?.Dispose();
                File.Delete(uploadedZip);
            }
        );
    }

    /// <summary>Draws the sample data set.</summary>
    public DatasetImport StartSample(ClaimsPrincipal user, string projectId) =>
        Start(
            user,
            projectId,
            SampleName,
            () =>
            {
                Dictionary<string, SampleImage> drawn = new SampleDatasetGenerator().Draw().ToDictionary(i => i.Name);
                return new ImportSource(
                    drawn.Keys,
                    [],
                    name => (drawn[name].Jpeg, null),
                    name => new Dictionary<string, string> { [SampleDatasetGenerator.LightingTag] = drawn[name].Lighting }
                );
            },
            () => { }
        );

    public void Cancel(ClaimsPrincipal user, string projectId, string importId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        if (imports.Find(importId)?.ProjectId != projectId)
            throw new NotFoundException();
        if (_cancel.TryGetValue(importId, out CancellationTokenSource? cancel))
            cancel.Cancel();
    }

    /// <summary>Takes a failed import off the list.</summary>
    public void Dismiss(ClaimsPrincipal user, string projectId, string importId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        if (imports.Find(importId) is not { } import || import.ProjectId != projectId)
            throw new NotFoundException();
        if (import.State != ImportState.Running)
            imports.Remove(importId);
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // What was at work when the program ended is gone; so are uploads that nobody finished.
        foreach (DatasetImport import in imports.All().Where(i => i.State == ImportState.Running))
            imports.Change(
                import.Id,
                i => i.End(ImportState.Failed, "The application was stopped during the import. Upload the file again.")
            );
        foreach (string file in Directory.EnumerateFiles(folder.Uploads))
            File.Delete(file);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach ((DatasetImport import, Func<ImportSource> open, Action finished) in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            await Task.Run(() => Run(import, open, finished, stoppingToken), CancellationToken.None);
        }
    }

    private DatasetImport Start(ClaimsPrincipal user, string projectId, string name, Func<ImportSource> open, Action finished)
    {
        try
        {
            access.Require(user, projectId, ProjectRole.Editor);
            if (folder.IsLowOnSpace)
                throw new RefusedException("The disk is nearly full. Free some space first.");
            var import = new DatasetImport
            {
                Id = Ids.New(),
                ProjectId = projectId,
                DatasetId = Ids.New(),
                Name = Dataset.CheckName(name),
                StartedAt = clock.GetUtcNow(),
            };
            imports.Save(import);
            _cancel[import.Id] = new CancellationTokenSource();
            if (_queue.Writer.TryWrite((import, open, finished)))
                return import;
            imports.Remove(import.Id);
            throw new RefusedException("Too many imports are waiting. Try again later.");
        }
        catch
        {
            finished();
            throw;
        }
    }

    private void Run(DatasetImport import, Func<ImportSource> open, Action finished, CancellationToken stopping)
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(_cancel[import.Id].Token, stopping);
        try
        {
            (ImportResult result, long bytes) = importer.Import(open(), SplitPlan.Default, p => _progress[import.Id] = p, cancel.Token);
            Publish(import, result, bytes);
            imports.Change(import.Id, i => i.End(ImportState.Succeeded));
        }
        catch (OperationCanceledException)
        {
            imports.Change(import.Id, i => stopping.IsCancellationRequested ? i : i.End(ImportState.Cancelled));
        }
        catch (Exception e)
        {
            if (e is not ImportException)
                log.LogError(e, "An import failed.");
            imports.Change(import.Id, i => i.End(ImportState.Failed, e is ImportException ? e.Message : $"The import failed: {e.Message}"));
        }
        finally
        {
            finished();
            importer.Release();
            _progress.TryRemove(import.Id, out _);
            _cancel.TryRemove(import.Id, out _);
        }
    }

    /// <summary>Files first, the document last: until it is written, nobody sees anything.</summary>
    private void Publish(DatasetImport import, ImportResult result, long bytes)
    {
        string manifest = folder.Manifest(import.DatasetId, 1);
        Directory.CreateDirectory(Path.GetDirectoryName(manifest)!);
        result.Manifest.Save(manifest);
        AtomicFile.WriteAllText(
            folder.Rejections(import.DatasetId, 1),
            string.Concat(result.Rejected.Select(r => JsonSerializer.Serialize(r, ProtocolJson.Line) + "\n"))
        );
        datasets.Save(
            new Dataset
            {
                Id = import.DatasetId,
                ProjectId = import.ProjectId,
                Name = import.Name,
                CreatedAt = clock.GetUtcNow(),
                Versions = [DatasetVersion.From(1, result, bytes, clock.GetUtcNow())],
            }
        );
    }
}
