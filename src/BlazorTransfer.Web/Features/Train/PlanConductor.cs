using System.Security.Claims;
using System.Threading.Channels;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>
/// Takes each plan of the preset Best from its ranking to its experiment. A plan says how far it is, so that it goes on after a restart
/// of the application where it was.
/// </summary>
internal sealed class PlanConductor(
    TrainingPlans plans,
    RankingService rankings,
    DatasetService datasets,
    ExperimentRuns experiments,
    RunService runs,
    CatalogueProvider catalogues,
    JobEngine jobs,
    DocumentCollection<User> users,
    IServiceScopeFactory scopes,
    IStringLocalizer<TrainTexts> texts,
    ILogger<PlanConductor> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Channel<string> _plans = Channel.CreateUnbounded<string>();

    /// <summary>Begins with a plan that was just added.</summary>
    public void Follow(string planId) => _plans.Writer.TryWrite(planId);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (TrainingPlan plan in plans.AtWork)
            Follow(plan.Id);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (string planId in _plans.Reader.ReadAllAsync(stoppingToken))
            _ = FollowAsync(planId, stoppingToken);
    }

    /// <summary>Tries to advance at once and after each change of a job in the project, until the plan is over.</summary>
    private async Task FollowAsync(string planId, CancellationToken stopping)
    {
        try
        {
            if (plans.Find(planId) is not { } plan)
                return;
            await foreach (int _ in jobs.WatchAsync(plan.ProjectId, Pause, stopping))
            {
                if (await TryAdvanceAsync(planId))
                    return;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next start of the application goes on with it.
        }
        catch (Exception e)
        {
            log.LogError(e, "A plan of the preset Best is not followed any more until the next start.");
        }
    }

    /// <returns>True once the plan is over.</returns>
    private async Task<bool> TryAdvanceAsync(string planId)
    {
        if (plans.Find(planId) is not { IsAtWork: true } plan)
            return true;
        // Names and messages are for the person who started it.
        Languages.Use(Languages.Find(plan.Language) ?? Languages.English);
        try
        {
            await AdvanceAsync(plan);
        }
        catch (Exception e) when (e is RefusedException or ForbiddenException or NotFoundException)
        {
            plans.Change(planId, p => p.Fail($"{e.Message} Start again once this is solved."));
        }
        catch (Exception e)
        {
            // Such as a full disk: a restart with the same plan would fail alike, and nobody would know.
            log.LogError(e, "The preset Best failed.");
            plans.Change(planId, p => p.Fail("Something went wrong on the server. Start again, or ask an administrator to read its log."));
        }

        return plans.Find(planId) is not { IsAtWork: true };
    }

    private async Task AdvanceAsync(TrainingPlan plan)
    {
        ClaimsPrincipal user = await PrincipalAsync(plan.StartedBy);
        if (datasets.Get(user, plan.ProjectId, plan.DatasetId).Latest.Number != plan.DatasetVersion)
            throw new RefusedException(texts["DatasetChanged"]);
        IReadOnlyList<RankingChoice> choices = await rankings.ChoicesAsync(user, plan.ProjectId, plan.DatasetId);
        if (choices.Count < 2)
        {
            await StartExperimentAsync(user, plan, choices);
            return;
        }

        if (plan.RankingJobId is null)
        {
            plan = await RankAsync(user, plan);
            if (!plan.IsAtWork)
                return;
        }

        switch (jobs.Find(plan.RankingJobId!))
        {
            case { State: JobState.Queued or JobState.Running }:
                return;
            case { State: JobState.Failed, Error: var error }:
                plans.Change(
                    plan.Id,
                    p => p.Fail($"The ranking of the networks failed: {error} Start again, or use Balanced, which needs no ranking.")
                );
                return;
            case { State: JobState.Cancelled }:
                plans.Change(plan.Id, p => p.Cancel());
                return;
            default:
                await StartExperimentAsync(user, plan, BestOf(user, plan, choices));
                return;
        }
    }

    /// <summary>Starts a ranking, or joins the one that is at work on these images.</summary>
    private async Task<TrainingPlan> RankAsync(ClaimsPrincipal user, TrainingPlan plan)
    {
        string? present = rankings.Get(user, plan.ProjectId, plan.DatasetId).Activity is { IsAtWork: true, JobId: var id } ? id : null;
        bool isOwn = present is null;
        string job = present ?? await rankings.StartAsync(user, plan.ProjectId, plan.DatasetId, leftOut: [], withRandom: false);
        TrainingPlan changed = plans.Change(plan.Id, p => p.WithRanking(job, isOwn)) ?? throw new NotFoundException();
        // Cancelled while the ranking was being started.
        if (isOwn && !changed.IsAtWork)
            jobs.Cancel(job);
        return changed;
    }

    /// <summary>The networks with the most accurate linear probes, the best first.</summary>
    private RankingChoice[] BestOf(ClaimsPrincipal user, TrainingPlan plan, IReadOnlyList<RankingChoice> choices)
    {
        RankingReport report =
            rankings.Get(user, plan.ProjectId, plan.DatasetId).Last?.Report ?? throw new RefusedException(texts["NoReport"]);
        RankingChoice[] best =
        [
            .. report
                .Candidates.Where(c => c is { IsRandom: false, Scores: not null })
                .OrderByDescending(c => c.Scores!.Accuracy)
                .ThenByDescending(c => c.Scores!.LogMe)
                .Select(c => choices.FirstOrDefault(choice => choice.Key == c.WeightsId && choice.Backbone.Name == c.Backbone))
                .OfType<RankingChoice>()
                .Take(Presets.BestNetworks),
        ];
        return best.Length > 0 ? best : throw new RefusedException(texts["NoRanking"]);
    }

    private async Task StartExperimentAsync(ClaimsPrincipal user, TrainingPlan plan, IReadOnlyList<RankingChoice> best)
    {
        if (best.Count == 0)
            throw new RefusedException(texts["NoWeights"]);
        Catalogue catalogue = await catalogues.GetAsync();
        Dataset dataset = datasets.Get(user, plan.ProjectId, plan.DatasetId);
        RankingReport? report = rankings.Get(user, plan.ProjectId, plan.DatasetId).Last?.Report;
        var times = new TrainingTimes(
            dataset,
            new Dictionary<string, Core.Models.BackboneSpeed>(),
            report,
            runs.List(user, plan.ProjectId),
            catalogue.Devices[0]
        );
        Comparison comparison = new Presets(catalogue, dataset, best, times).Best(best);
        await experiments.SubmitAsync(user, plan.ProjectId, plan.ExperimentId, texts["Named.Best", dataset.Name], comparison.Requests);
        // Somebody may have cancelled while the runs were being entered.
        if (plans.Change(plan.Id, p => p.Start()) is { State: PlanState.Cancelled })
            runs.CancelExperiment(user, plan.ProjectId, plan.ExperimentId);
    }

    /// <summary>The person who started a plan, with the rights of today.</summary>
    private async Task<ClaimsPrincipal> PrincipalAsync(string userId)
    {
        if (users.Find(userId) is not { IsDisabled: false } account)
            throw new RefusedException(texts["DisabledAccount"]);
        using IServiceScope scope = scopes.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<User>>().CreateAsync(account);
    }
}
