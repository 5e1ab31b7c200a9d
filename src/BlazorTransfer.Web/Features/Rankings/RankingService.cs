using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Something to rank: imported weights, or the model of a finished run, in a network that they fit.</summary>
/// <param name="Key">What the report knows it by.</param>
/// <param name="Name">What people call it.</param>
/// <param name="File">The weights.</param>
/// <param name="Backbone">The network.</param>
/// <param name="RunId">The run; null for imported weights.</param>
internal sealed record RankingChoice(string Key, string Name, string File, BackboneSpec Backbone, string? RunId = null);

/// <summary>
/// Which network for this data? Rankings are background jobs, so that neither a closed tab nor the end of the application loses one; the
/// report is kept for the version of the data set.
/// </summary>
internal sealed class RankingService(
    DocumentCollection<DatasetRanking> rankings,
    JobEngine jobs,
    RankingJobKind kind,
    ProjectAccess access,
    DatasetService datasets,
    WeightsLibrary library,
    RunService runs,
    CatalogueProvider catalogues,
    DataFolder folder,
    UserLimits limits
)
{
    /// <summary>What is known of a data set's latest version: a ranking that is queued, running or failed, and the last report.</summary>
    public (RankingActivity? Activity, DatasetRanking? Last) Get(ClaimsPrincipal user, string projectId, string datasetId)
    {
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        return (ActivityOf(projectId, datasetId), rankings.Find(DatasetRanking.IdOf(datasetId, dataset.Latest.Number)));
    }

    /// <summary>
    /// What can be ranked on a data set, the cheapest network first. Of runs only those of the project, whose members all see them, and
    /// none that has
    /// learned from these images: it would know their labels already.
    /// </summary>
    public async Task<IReadOnlyList<RankingChoice>> ChoicesAsync(ClaimsPrincipal user, string projectId, string datasetId)
    {
        datasets.Get(user, projectId, datasetId);
        Catalogue catalogue = await catalogues.GetAsync();
        IEnumerable<RankingChoice> imported = library
            .List(user)
            .SelectMany(w =>
                w.Backbones.Select(catalogue.FindBackbone)
                    .OfType<BackboneSpec>()
                    .Select(b => new RankingChoice(w.Id, w.Name, library.PathOf(w), b))
            );
        IReadOnlyList<Run> ofProject = runs.List(user, projectId);
        IEnumerable<RankingChoice> trained =
            from run in ofProject
            where run.Status == RunStatus.Succeeded && !runs.MayHaveLearnedFrom(run, datasetId)
            let backbone = catalogue.FindBackbone(run.Job.Backbone)
            where backbone is not null
            select new RankingChoice(
                $"run:{run.Id}",
                Texts<RankingTexts>.Get("RunChoice", run.Submission.Number, run.Name, run.Submission.DatasetName),
                folder.Run(run.Id).BestCheckpoint,
                backbone,
                run.Id
            );
        return [.. imported.Concat(trained.Where(c => File.Exists(c.File))).OrderBy(c => c.Backbone.GigaMacs)];
    }

    /// <summary>Starts a ranking in the background.</summary>
    /// <param name="user">An editor.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set, whose latest version is ranked on.</param>
    /// <param name="leftOut">Keys of choices to leave out.</param>
    /// <param name="withRandom">Whether the cheapest network is ranked with random weights too.</param>
    /// <exception cref="RefusedException">These images are being ranked already, or there is nothing to rank.</exception>
    /// <returns>The id of the job.</returns>
    public async Task<string> StartAsync(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        IReadOnlyCollection<string> leftOut,
        bool withRandom
    )
    {
        limits.Take(user, LimitedWork.Runs);
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        if (!dataset.Latest.HasLabels)
            throw new RefusedException(Texts<RankingTexts>.Get("RefusedNoLabels"));
        if (!dataset.Latest.CanRank)
            throw new RefusedException(Texts<RankingTexts>.Get("RefusedSeveralLabels"));
        RankingChoice[] chosen = [.. (await ChoicesAsync(user, projectId, datasetId)).Where(c => !leftOut.Contains(c.Key))];
        if (chosen.Length == 0)
            throw new RefusedException(Texts<RankingTexts>.Get("NothingToRank"));
        var job = new RankingJob
        {
            Data = datasets.DataSpecFor(dataset, dataset.Latest.Number),
            Candidates =
            [
                .. chosen.Select(c => new RankingCandidate(c.Name, c.Backbone.Name, c.File, c.Key)),
                .. withRandom ? [RandomOf(chosen[0].Backbone)] : Array.Empty<RankingCandidate>(),
            ],
        };
        return jobs.Submit(
            kind,
            new NewJob<RankingInput>(
                UserClaims.IdOf(user),
                Texts<RankingTexts>.Get("JobTitle", dataset.Name),
                new RankingInput(datasetId, dataset.Latest.Number, job)
            )
            {
                ProjectId = projectId,
                Subject = datasetId,
            }
        ).Id;
    }

    /// <summary>Cancels a ranking, or takes a failed one off the page.</summary>
    public void Cancel(ClaimsPrincipal user, string projectId, string datasetId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        datasets.Get(user, projectId, datasetId);
        if (ActivityOf(projectId, datasetId) is not { } activity)
            return;
        jobs.Cancel(activity.JobId);
        jobs.Dismiss(activity.JobId);
    }

    private RankingActivity? ActivityOf(string projectId, string datasetId)
    {
        if (jobs.Live(kind).FirstOrDefault(j => j.Current.Subject == datasetId) is { } live)
            return live.Detail as RankingActivity ?? RankingActivity.Of(live.Current);
        BackgroundJob? last = jobs.List(projectId).FirstOrDefault(j => j.Kind == kind.Name && j.Subject == datasetId);
        return last is { State: JobState.Failed, IsDismissed: false } ? RankingActivity.Of(last) : null;
    }

    private static RankingCandidate RandomOf(BackboneSpec network) =>
        RankingCandidate.Random(network.Name) with
        {
            Name = Texts<RankingTexts>.Get("RandomPoint", network.DisplayName),
        };
}
