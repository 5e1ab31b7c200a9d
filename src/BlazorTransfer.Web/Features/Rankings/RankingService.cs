using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Something to rank: imported weights in a network that they fit.</summary>
internal sealed record RankingChoice(BackboneWeights Weights, BackboneSpec Backbone);

/// <summary>
/// Which backbone for this data? A worker ranks in the background, one at a time on this machine, so that a closed tab does not end it;
/// its report is kept for the version of the data set.
/// </summary>
internal sealed class RankingService(
    DocumentCollection<DatasetRanking> rankings, ProjectAccess access, DatasetService datasets, WeightsLibrary library, CatalogueProvider catalogues,
    WorkerRankings worker, DataFolder folder, TimeProvider clock, ILogger<RankingService> log) : IProjectContent, IDatasetUse, IDisposable
{
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
        lock (_gate) return _activity?.DatasetId == datasetId;
    }

    /// <summary>Why no ranking can start now, in words; null where one can. Tells nothing of whose data is ranked.</summary>
    public string? WhyBusy(ClaimsPrincipal user, string datasetId)
    {
        UserClaims.IdOf(user);
        lock (_gate)
        {
            return _activity is not { IsAtWork: true } ? null
                : _activity.DatasetId == datasetId ? "These images are being ranked already."
                : "Another data set is being ranked on this machine. Start this one when it is done.";
        }
    }

    public async Task<IReadOnlyList<RankingChoice>> ChoicesAsync(ClaimsPrincipal user)
    {
        Catalogue catalogue = await catalogues.GetAsync();
        return
        [
            .. library.List(user).SelectMany(w => w.Backbones.Select(catalogue.FindBackbone).OfType<BackboneSpec>().Select(b => new RankingChoice(w, b)))
                .OrderBy(c => c.Backbone.GigaMacs),
        ];
    }

    /// <summary>Starts a ranking in the background.</summary>
    /// <param name="user">An editor.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set, whose latest version is ranked on.</param>
    /// <param name="leftOut">Ids of weights to leave out.</param>
    /// <param name="withRandom">Whether the cheapest network is ranked with random weights too.</param>
    /// <exception cref="RefusedException">Another one is at work, or there is nothing to rank.</exception>
    public async Task StartAsync(ClaimsPrincipal user, string projectId, string datasetId, IReadOnlyCollection<string> leftOut, bool withRandom)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        RankingChoice[] chosen = [.. (await ChoicesAsync(user)).Where(c => !leftOut.Contains(c.Weights.Id))];
        if (chosen.Length == 0) throw new RefusedException("There is nothing to rank. Import pretrained weights, or choose some.");
        var job = new RankingJob
        {
            Data = datasets.DataSpecFor(dataset, dataset.Latest.Number),
            Candidates =
            [
                .. chosen.Select(c => new RankingCandidate(c.Weights.Name, c.Backbone.Name, library.PathOf(c.Weights), c.Weights.Id)),
                .. withRandom ? [RankingCandidate.Random(chosen[0].Backbone.Name)] : Array.Empty<RankingCandidate>(),
            ],
        };
        CancellationToken cancel;
        lock (_gate)
        {
            if (WhyBusy(user, datasetId) is { } busy) throw new RefusedException(busy);
            _cancel?.Dispose();
            _cancel = new CancellationTokenSource();
            cancel = _cancel.Token;
            _activity = new RankingActivity { ProjectId = projectId, DatasetId = datasetId, StartedAt = clock.GetUtcNow() };
        }

        string userId = UserClaims.IdOf(user);
        _ = Task.Run(() => RunAsync(job, dataset, userId, cancel), CancellationToken.None);
    }

    /// <summary>Ends a ranking at work, or takes a failed one off the page.</summary>
    public void Cancel(ClaimsPrincipal user, string projectId, string datasetId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        datasets.Get(user, projectId, datasetId);
        lock (_gate)
        {
            if (_activity?.DatasetId != datasetId) return;
            if (_activity.IsAtWork) _cancel?.Cancel();
            else _activity = null;
        }
    }

    /// <summary>The application ends, and the worker with it: what it found so far is of no use to anybody.</summary>
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
        lock (_gate) return _activity is { IsAtWork: true } && _activity.ProjectId == projectId ? "A ranking of the project is at work. Cancel it first." : null;
    }

    void IProjectContent.Delete(string projectId)
    {
        foreach (DatasetRanking ranking in rankings.FindBy(nameof(DatasetRanking.ProjectId), projectId)) Remove(ranking);
    }

    string? IDatasetUse.WhyKept(string datasetId)
    {
        lock (_gate) return _activity is { IsAtWork: true } && _activity.DatasetId == datasetId ? "A ranking needs it. Cancel it first." : null;
    }

    void IDatasetUse.Forget(string datasetId)
    {
        foreach (DatasetRanking ranking in rankings.All().Where(r => r.DatasetId == datasetId)) Remove(ranking);
    }

    private void Remove(DatasetRanking ranking) => rankings.Remove(DatasetRanking.IdOf(ranking.DatasetId, ranking.DatasetVersion));

    private async Task RunAsync(RankingJob job, Dataset dataset, string userId, CancellationToken cancel)
    {
        try
        {
            RankingReport report = await worker.RankAsync(job, folder.NewRankingJob(), Take, cancel);
            rankings.Save(new DatasetRanking
            {
                ProjectId = dataset.ProjectId,
                DatasetId = dataset.Id,
                DatasetVersion = dataset.Latest.Number,
                StartedBy = userId,
                FinishedAt = clock.GetUtcNow(),
                Report = report,
            });
            End(null);
        }
        catch (OperationCanceledException)
        {
            End(null);
        }
        catch (Exception e)
        {
            if (e is not RefusedException) log.LogError(e, "A ranking failed.");
            End(e is RefusedException or FileNotFoundException or System.ComponentModel.Win32Exception ? e.Message : $"The ranking failed: {e.Message}");
        }
    }

    private void Take(RankingEvent happened)
    {
        lock (_gate) _activity = _activity?.Apply(happened);
    }

    private void End(string? error)
    {
        lock (_gate) _activity = error is null ? null : _activity! with { Error = error };
    }
}
