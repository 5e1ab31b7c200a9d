using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Makes a data set of an uploaded zip, or of the sample images.</summary>
internal sealed class ImportJob(
    DocumentCollection<Dataset> datasets,
    ImageImporter importer,
    DataFolder folder,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock
) : JobKind<ImportInput, ImportOutcome>
{
    /// <summary>The uploaded file in the job's folder.</summary>
    public const string Upload = "upload.zip";

    public override string Name => "dataset-import";

    public override JobLane Lane => JobLane.Imports;

    public override bool SurvivesRestart => true;

    protected override async Task<ImportOutcome> RunAsync(JobContext<ImportInput> job, CancellationToken cancel)
    {
        // Published just before the application ended.
        if (datasets.Find(job.Input.DatasetId) is { } published)
            return Outcome(published);
        if (job.Input.IsSample)
            return await ImportAsync(job, Sample(), cancel);
        try
        {
            using var zip = new ZipImages(job.File(Upload), ZipLimits.Of(options.Value), job.Input.Encodings.Names);
            return await ImportAsync(
                job,
                new ImportSource(zip.Names, zip.Rejected, zip.Read, _ => null, job.Input.Options, zip.Notes),
                cancel
            );
        }
        catch (ImportException e)
        {
            throw new RefusedException(e.Text);
        }
    }

    private static ImportSource Sample()
    {
        Dictionary<string, SampleImage> drawn = new SampleDatasetGenerator().Draw().ToDictionary(i => i.Name);
        return new ImportSource(
            drawn.Keys,
            [],
            name => (drawn[name].Jpeg, null),
            name => new Dictionary<string, string> { [SampleDatasetGenerator.LightingTag] = drawn[name].Lighting },
            new ImportOptions()
        );
    }

    private async Task<ImportOutcome> ImportAsync(JobContext<ImportInput> job, ImportSource source, CancellationToken cancel)
    {
        try
        {
            (ImportResult result, long bytes) = await importer.ImportAsync(source, SplitPlan.Default, Report, cancel);
            return Outcome(Publish(job, result, bytes));
        }
        finally
        {
            importer.Release();
        }

        void Report(ImportProgress p) => job.Report(new JobProgress("", p.Done, p.Total, p.Rejected));
    }

    /// <summary>Files first, the document last: until it is written, nobody sees anything.</summary>
    private Dataset Publish(JobContext<ImportInput> job, ImportResult result, long bytes)
    {
        string manifest = folder.Manifest(job.Input.DatasetId, 1);
        DurableFile.CreateFolder(Path.GetDirectoryName(manifest)!);
        result.Manifest.Save(manifest);
        AtomicFile.WriteAllText(
            folder.Rejections(job.Input.DatasetId, 1),
            string.Concat(result.Rejected.Select(r => JsonSerializer.Serialize(r, ProtocolJson.Line) + "\n"))
        );
        var dataset = new Dataset
        {
            Id = job.Input.DatasetId,
            ProjectId = job.Job.ProjectId,
            Name = job.Input.Name,
            CreatedAt = clock.GetUtcNow(),
            Versions = [DatasetVersion.From(1, result, bytes, clock.GetUtcNow()) with { AuthorId = job.Job.OwnerId }],
        };
        datasets.Add(dataset);
        return dataset;
    }

    private static ImportOutcome Outcome(Dataset dataset) => new(dataset.Id, dataset.Latest.Images, dataset.Latest.Rejected);
}
