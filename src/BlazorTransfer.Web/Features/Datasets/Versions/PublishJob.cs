using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>What a publication is given.</summary>
/// <param name="DatasetId">The data set.</param>
/// <param name="BaseVersion">The version that the working copy began with.</param>
/// <param name="Note">What the author says about the version.</param>
internal sealed record PublishInput(string DatasetId, int BaseVersion, string Note);

/// <summary>The version that was published.</summary>
internal sealed record PublishOutcome(string DatasetId, int Version);

/// <summary>
/// Makes a version of a working copy: its files first, and the document last. Until then nobody sees anything of it, and an unfinished
/// publication leaves files that the next one replaces. The new version has a file of changes of its own, which does not exist yet.
/// </summary>
internal sealed class PublishJob(DocumentCollection<Dataset> datasets, DatasetWorkspaces workspaces, DataFolder folder, TimeProvider clock)
    : JobKind<PublishInput, PublishOutcome>
{
    public override string Name => "dataset-publish";

    public override JobLane Lane => JobLane.Publications;

    public override bool SurvivesRestart => true;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        live.Any(j => j.Kind == Name && j.Subject == job.Subject) ? Texts<DatasetTexts>.Get("PublishingAlready") : null;

    /// <summary>Why a working copy cannot become a version, in a sentence that says what to do; null where it can.</summary>
    public static Message? WhyNot(Dataset dataset, WorkingCopy copy) =>
        copy.Summary.IsEmpty
            ? Message.Of("publish.no-change", $"Nothing has changed since version {dataset.Latest.Number}, so there is nothing to publish.")
            : VersionReadiness.WhyNot(copy.Counts.Classes, copy.Counts.BySplit.Total);

    protected override Task<PublishOutcome> RunAsync(JobContext<PublishInput> job, CancellationToken cancel)
    {
        PublishInput input = job.Input;
        for (bool isFirst = true; ; isFirst = false)
        {
            cancel.ThrowIfCancellationRequested();
            Dataset dataset =
                datasets.Find(input.DatasetId)
                ?? throw new RefusedException(Message.Of("publish.dataset-gone", $"The data set was deleted."));
            // Published just before the application ended.
            if (dataset.Versions.FirstOrDefault(v => v.JobId == job.Job.Id) is { } published)
                return Task.FromResult(new PublishOutcome(dataset.Id, published.Number));
            if (dataset.Latest.Number != input.BaseVersion)
                throw new RefusedException(
                    Message.Of("publish.overtaken", $"Somebody else published version {dataset.Latest.Number} meanwhile.")
                );
            DatasetWorkspace workspace = workspaces.Workspace(dataset);
            if (isFirst ? TryPublish(job, dataset, workspace) : PublishHeld(job, dataset, workspace))
                workspaces.Drop(dataset.Id);
        }
    }

    /// <summary>Writes the files while people go on; gives up where somebody changed something meanwhile.</summary>
    private bool TryPublish(JobContext<PublishInput> job, Dataset dataset, DatasetWorkspace workspace)
    {
        WorkingCopy copy = workspace.Current;
        DatasetVersion version = Write(job, dataset, copy);
        return workspace.Close(copy, () => Commit(dataset, version));
    }

    /// <summary>The same while changes wait, which takes seconds.</summary>
    private bool PublishHeld(JobContext<PublishInput> job, Dataset dataset, DatasetWorkspace workspace) =>
        workspace.Close(null, () => Commit(dataset, Write(job, dataset, workspace.Current)));

    private void Commit(Dataset dataset, DatasetVersion version) =>
        datasets.Change(dataset.Id, d => d.Latest.Number == version.Number - 1 ? d with { Versions = [.. d.Versions, version] } : d);

    private DatasetVersion Write(JobContext<PublishInput> job, Dataset dataset, WorkingCopy copy)
    {
        if (WhyNot(dataset, copy) is { } reason)
            throw new RefusedException(reason);
        int number = dataset.Latest.Number + 1;
        VersionFiles files = new(folder, dataset.Id);
        DatasetManifest.Write(files.Manifest(number), copy.ClassTask, copy.Samples());
        // What an unfinished publication left must not pass for a part of this one.
        File.Delete(files.Changes(number));
        if (copy.Counts.Excluded > 0)
            DatasetManifest.Write(files.Excluded(number), copy.ClassTask, copy.Samples(areExcluded: true));
        else
            File.Delete(files.Excluded(number));
        ChangeSummary summary = copy.Summary;
        return new DatasetVersion
        {
            Number = number,
            CreatedAt = clock.GetUtcNow(),
            SplitOrigin =
                summary.Moved + summary.Added == 0
                    ? dataset.Latest.SplitOrigin
                    : Message.Of("split.edited", $"As in version {dataset.Latest.Number}, with changes by hand."),
            Classes = copy.Counts.Classes,
            Unlabelled = copy.Counts.Unlabelled,
            Tags = TagCount.Of(copy.Counts.Tags),
            Bytes =
                summary.Added + summary.Removed + summary.Excluded + summary.Included == 0
                    ? dataset.Latest.Bytes
                    : copy.Samples().Select(s => s.File).Distinct().Sum(file => new FileInfo(Path.Combine(folder.Images, file)).Length),
            Rejected = 0,
            Kind = copy.Kind,
            Splits = copy.Counts.BySplit,
            Excluded = copy.Counts.Excluded,
            Hash = VersionHash.Of(copy.ClassTask, copy.Samples()),
            AuthorId = job.Job.OwnerId,
            Note = job.Input.Note,
            JobId = job.Job.Id,
        };
    }
}
