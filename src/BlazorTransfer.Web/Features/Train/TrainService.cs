using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>Offers and starts the presets, for the signed-in user.</summary>
internal sealed class TrainService(
    ProjectAccess access,
    DatasetService datasets,
    RankingService rankings,
    RunService runs,
    ExperimentRuns experiments,
    BackboneSpeeds speeds,
    CatalogueProvider catalogues,
    TrainingPlans plans,
    PlanConductor conductor,
    JobEngine jobs,
    UserLimits limits,
    TimeProvider clock,
    IStringLocalizer<TrainTexts> texts
)
{
    /// <summary>The presets for a data set, or why there are none.</summary>
    /// <exception cref="RefusedException">The worker cannot start.</exception>
    public async Task<(IReadOnlyList<PresetOffer> Offers, TrainObstacle? Obstacle)> OfferAsync(
        ClaimsPrincipal user,
        string projectId,
        string datasetId
    )
    {
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        if (LabelObstacle(projectId, dataset) is { } obstacle)
            return ([], obstacle);
        IReadOnlyList<PresetOffer> offers = (await PresetsAsync(user, projectId, dataset)).Offers();
        return offers.Count > 0 ? (offers, null) : ([], new TrainObstacle(texts["NoWeights"], texts["Weights"], AppRoutes.Weights));
    }

    /// <summary>The last plan of the preset Best on a data set; null where there is none.</summary>
    public TrainingPlan? Plan(ClaimsPrincipal user, string projectId, string datasetId)
    {
        datasets.Get(user, projectId, datasetId);
        return plans.Of(projectId, datasetId);
    }

    /// <summary>Progress of the ranking of a plan; null while it has none.</summary>
    public RankingActivity? Ranking(ClaimsPrincipal user, string projectId, string datasetId) =>
        rankings.Get(user, projectId, datasetId).Activity;

    /// <summary>Starts a preset.</summary>
    /// <returns>The address of the page that shows it.</returns>
    /// <exception cref="RefusedException">It cannot start; the message says why.</exception>
    public async Task<string> StartAsync(ClaimsPrincipal user, string projectId, string datasetId, TrainPreset preset)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, datasetId);
        if (LabelObstacle(projectId, dataset) is { } obstacle)
            throw new RefusedException(obstacle.Text);
        Presets presets = await PresetsAsync(user, projectId, dataset);
        PresetOffer offer = presets.Offers().FirstOrDefault(o => o.Preset == preset) ?? throw new RefusedException(texts["NoWeights"]);
        if (offer.WhyNot is { } reason)
            throw new RefusedException(reason);
        switch (preset)
        {
            case TrainPreset.Quick:
                return AppRoutes.Run(projectId, (await runs.SubmitAsync(user, projectId, presets.Quick().Requests[0])).Id);
            case TrainPreset.Balanced:
                string experimentId = Ids.New();
                await experiments.SubmitAsync(
                    user,
                    projectId,
                    experimentId,
                    texts["Named.Balanced", dataset.Name],
                    presets.Balanced().Requests
                );
                return AppRoutes.Experiment(projectId, experimentId);
            case TrainPreset.Best:
                StartBest(user, projectId, dataset, presets.Candidates);
                return AppRoutes.Train(projectId, datasetId);
            default:
                throw new ArgumentOutOfRangeException(nameof(preset), preset, null);
        }
    }

    /// <summary>Cancels the preset Best before its experiment has started; does nothing afterwards.</summary>
    public void Cancel(ClaimsPrincipal user, string projectId, string datasetId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        if (Plan(user, projectId, datasetId) is not { IsAtWork: true } plan)
            return;
        TrainingPlan? cancelled = plans.Change(plan.Id, p => p.Cancel());
        if (cancelled is { State: PlanState.Cancelled, OwnsRanking: true, RankingJobId: { } job })
            jobs.Cancel(job);
    }

    private void StartBest(ClaimsPrincipal user, string projectId, Dataset dataset, int networks)
    {
        limits.Take(user, LimitedWork.Runs);
        var plan = new TrainingPlan
        {
            Id = Ids.New(),
            ProjectId = projectId,
            DatasetId = dataset.Id,
            DatasetVersion = dataset.Latest.Number,
            StartedBy = UserClaims.IdOf(user),
            StartedAt = clock.GetUtcNow(),
            Language = Languages.Current.Name,
            Networks = networks,
            ExperimentId = Ids.New(),
        };
        if (!plans.TryAdd(plan))
            throw new RefusedException(texts["AlreadyAtWork"]);
        conductor.Follow(plan.Id);
    }

    private async Task<Presets> PresetsAsync(ClaimsPrincipal user, string projectId, Dataset dataset)
    {
        Catalogue catalogue = await catalogues.GetAsync();
        RankingReport? ranking = rankings.Get(user, projectId, dataset.Id).Last?.Report;
        var times = new TrainingTimes(dataset, speeds.All(user), ranking, runs.List(user, projectId), catalogue.Devices[0]);
        var presets = new Presets(catalogue, dataset, await rankings.ChoicesAsync(user, projectId, dataset.Id), times);
        // Without a ranking there is one network to compare on.
        return dataset.Latest.CanRank || presets.Default is not { } network ? presets : new Presets(catalogue, dataset, [network], times);
    }

    // An import refuses images of a single class.
    private TrainObstacle? LabelObstacle(string projectId, Dataset dataset) =>
        dataset.Latest.HasLabels
            ? null
            : new TrainObstacle(texts["NoLabels"], texts["Expert"], AppRoutes.NewRun(projectId, dataset: dataset.Id));
}
