using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
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
/// Which backbone for this data? A worker ranks in the background, one at a time on this machine, so that a closed tab does not end it;
/// its report is kept for the version of the data set. An application that is started again begins it anew.
/// </summary>
internal sealed class RankingService(
    DocumentCollection<DatasetRanking> rankings,
    DocumentCollection<RankingRequest> requests,
    ProjectAccess access,
    DatasetService datasets,
    WeightsLibrary library,
    RunService runs,
    CatalogueProvider catalogues,
    WorkerCommands worker,
    DataFolder folder,
    TimeProvider clock,
    ILogger<RankingService> log
) : IHostedService, IProjectContent, IDatasetUse, IDisposable
{
    // A restart in between is bad luck; a second one may be the ranking's doing.
    private const int MostAttempts = 2;

    private readonly Lock _gate = new();
    private CancellationTokenSource? _cancel;
    private RankingActivity? _activity;

    /// <summary>What is known of a data set's latest version: a ranking at work or failed, and the last report.</summary>
    public (RankingActivity? Activity, DatasetRanking? Last) Get(ClaimsPrincipal user, string projectId, string datasetId)
    {
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        lock (_gate)
        {
            RankingActivity? own = _activity?.DatasetId == datasetId ? _activity : null;
            return (own, rankings.Find(DatasetRanking.IdOf(datasetId, dataset.Latest.Number)));
        }
    }

    /// <summary>Whether there is anything to follow; asked often, so that it costs nothing and tells nothing else.</summary>
    public bool IsActive(string datasetId)
    {
        lock (_gate)
            return _activity?.DatasetId == datasetId;
    }

    /// <summary>Why no ranking can start now, in words; null where one can. Tells nothing of whose data is ranked.</summary>
    public string? WhyBusy(ClaimsPrincipal user, string datasetId)
    {
        UserClaims.IdOf(user);
        return WhyBusy(datasetId);
    }

    private string? WhyBusy(string datasetId)
    {
        lock (_gate)
        {
            return _activity is not { IsAtWork: true } ? null
                : _activity.DatasetId == datasetId ? "These images are being ranked already."
                : "Another data set is being ranked on this machine. Start this one when it is done.";
        }
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
                $"Run #{run.Submission.Number} {run.Submission.Name}, trained on {run.Submission.DatasetName}",
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
    /// <exception cref="RefusedException">Another one is at work, or there is nothing to rank.</exception>
    public async Task StartAsync(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        IReadOnlyCollection<string> leftOut,
        bool withRandom
    )
    {
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        if (!dataset.Latest.HasLabels)
            throw new RefusedException("The data set has no labels, and a ranking asks how well networks tell the classes apart.");
        RankingChoice[] chosen = [.. (await ChoicesAsync(user, projectId, datasetId)).Where(c => !leftOut.Contains(c.Key))];
        if (chosen.Length == 0)
            throw new RefusedException("There is nothing to rank. Import pretrained weights, or choose some.");
        Launch(
            new RankingRequest
            {
                ProjectId = projectId,
                DatasetId = datasetId,
                DatasetVersion = dataset.Latest.Number,
                StartedBy = UserClaims.IdOf(user),
                Job = new RankingJob
                {
                    Data = datasets.DataSpecFor(dataset, dataset.Latest.Number),
                    Candidates =
                    [
                        .. chosen.Select(c => new RankingCandidate(c.Name, c.Backbone.Name, c.File, c.Key)),
                        .. withRandom ? [RankingCandidate.Random(chosen[0].Backbone.Name)] : Array.Empty<RankingCandidate>(),
                    ],
                },
            }
        );
    }

    /// <summary>Ends a ranking at work, or takes a failed one off the page.</summary>
    public void Cancel(ClaimsPrincipal user, string projectId, string datasetId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        datasets.Get(user, projectId, datasetId);
        lock (_gate)
        {
            if (_activity?.DatasetId != datasetId)
                return;
            requests.Remove(datasetId);
            if (_activity.IsAtWork)
                _cancel?.Cancel();
            else
                _activity = null;
        }
    }

    /// <summary>Begins anew what the end of the application broke off.</summary>
    Task IHostedService.StartAsync(CancellationToken cancellationToken)
    {
        if (requests.All().FirstOrDefault() is not { } request)
            return Task.CompletedTask;
        if (request.Attempts < MostAttempts)
            Launch(request with { Attempts = request.Attempts + 1 });
        else
            Remove(
                request,
                "The ranking was broken off twice by an end of the application. If nobody ended it, memory may have run out: "
                    + "leave out the largest networks."
            );
        return Task.CompletedTask;
    }

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The application ends, and the worker with it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _cancel?.Cancel();
            _cancel?.Dispose();
            _cancel = null;
        }
    }

    string? IProjectContent.WhyKept(string projectId)
    {
        lock (_gate)
            return _activity is { IsAtWork: true } && _activity.ProjectId == projectId
                ? "A ranking of the project is at work. Cancel it first."
                : null;
    }

    void IProjectContent.Delete(string projectId)
    {
        foreach (DatasetRanking ranking in rankings.FindBy(nameof(DatasetRanking.ProjectId), projectId))
            Remove(ranking);
    }

    string? IDatasetUse.WhyKept(string datasetId)
    {
        lock (_gate)
            return _activity is { IsAtWork: true } && _activity.DatasetId == datasetId ? "A ranking needs it. Cancel it first." : null;
    }

    void IDatasetUse.Forget(string datasetId)
    {
        foreach (DatasetRanking ranking in rankings.All().Where(r => r.DatasetId == datasetId))
            Remove(ranking);
    }

    private void Remove(DatasetRanking ranking) => rankings.Remove(DatasetRanking.IdOf(ranking.DatasetId, ranking.DatasetVersion));

    private void Launch(RankingRequest request)
    {
        CancellationToken cancel;
        lock (_gate)
        {
            if (WhyBusy(request.DatasetId) is { } busy)
                throw new RefusedException(busy);
            // One is at work at a time; one whose worker somebody ended gives way to the next that is asked for.
            requests.ReplaceAll([request]);
            _cancel?.Dispose();
            _cancel = new CancellationTokenSource();
            cancel = _cancel.Token;
            _activity = NewActivity(request);
        }

        _ = Task.Run(() => RunAsync(request, cancel), CancellationToken.None);
    }

    private RankingActivity NewActivity(RankingRequest request) =>
        new()
        {
            ProjectId = request.ProjectId,
            DatasetId = request.DatasetId,
            StartedAt = clock.GetUtcNow(),
        };

    private async Task RunAsync(RankingRequest request, CancellationToken cancel)
    {
        try
        {
            RankingReport report = await worker.RankAsync(request.Job, folder.NewRankingJob(), Take, cancel);
            rankings.Save(
                new DatasetRanking
                {
                    ProjectId = request.ProjectId,
                    DatasetId = request.DatasetId,
                    DatasetVersion = request.DatasetVersion,
                    StartedBy = request.StartedBy,
                    FinishedAt = clock.GetUtcNow(),
                    Report = report,
                }
            );
            Remove(request, error: null);
        }
        catch (OperationCanceledException)
        {
            // By a person, who has withdrawn the request; by the end of the application, after which it begins anew; or by Ctrl+C, which
            // reaches the worker as well, and perhaps first.
            lock (_gate)
                _activity = cancel.IsCancellationRequested ? null : _activity! with { Error = "Somebody ended the worker." };
        }
        catch (Exception e)
        {
            if (e is not RefusedException)
                log.LogError(e, "A ranking failed.");
            Remove(
                request,
                e is RefusedException or FileNotFoundException or System.ComponentModel.Win32Exception
                    ? e.Message
                    : $"The ranking failed: {e.Message}"
            );
        }
    }

    private void Take(RankingEvent happened)
    {
        lock (_gate)
            _activity = _activity?.Apply(happened);
    }

    /// <summary>A request is over, with a report or an error.</summary>
    private void Remove(RankingRequest request, string? error)
    {
        lock (_gate)
        {
            requests.Remove(request.DatasetId);
            _activity = error is null ? null : (_activity ?? NewActivity(request)) with { Error = error };
        }
    }
}
