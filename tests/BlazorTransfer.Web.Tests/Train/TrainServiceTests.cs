using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Train;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Train;

/// <summary>The presets with a worker process that ranks weights by their names.</summary>
public sealed class TrainServiceTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private TestApp _app = null!;
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private TrainService Training => _app.Get<TrainService>();

    private TrainingPlan? Plan => Training.Plan(_ada, _project.Id, _dataset.Id);

    private IReadOnlyList<Run> Runs => [.. _app.Get<RunService>().List(_ada, _project.Id).OrderBy(r => r.Submission.Number)];

    public async ValueTask InitializeAsync()
    {
        _app = new TestApp(_data);
        _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        TestFolder.Delete(_data);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Quick_StartsOneRun_AndLeadsToItsPage()
    {
        await _app.ImportWeightsAsync(_ada, "90");

        string address = await StartAsync(TrainPreset.Quick);

        Run run = Assert.Single(Runs);
        Assert.Equal(AppRoutes.Run(_project.Id, run.Id), address);
        Assert.Null(run.Submission.ExperimentId);
    }

    [Fact]
    public async Task Balanced_StartsAnExperiment_WhoseTrialsAreItsConfigurations()
    {
        await _app.ImportWeightsAsync(_ada, "90");

        string address = await StartAsync(TrainPreset.Balanced);

        string experiment = Assert.Single(Runs.Select(r => r.Submission.ExperimentId).Distinct())!;
        Assert.Equal(AppRoutes.Experiment(_project.Id, experiment), address);
        // One image of each class validates, so that the comparison is cross-validated.
        Assert.Equal([(1, 0), (1, 1)], Runs.Select(r => (r.Submission.Trial, r.Job.Fold!.Index)));
    }

    [Fact]
    public async Task Best_RanksTheWeights_ThenCrossValidatesTheBestTwo()
    {
        await _app.ImportWeightsAsync(_ada, "70");
        BackboneWeights best = await _app.ImportWeightsAsync(_ada, "90"),
            second = await _app.ImportWeightsAsync(_ada, "80");

        await StartAsync(TrainPreset.Best);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });

        Assert.Equal((PlanState.Started, null), (Plan!.State, Plan.Error));
        Assert.Equal(
            [(1, 0, best.Id), (1, 1, best.Id), (2, 0, second.Id), (2, 1, second.Id)],
            Runs.Select(r => (r.Submission.Trial, r.Job.Fold!.Index, r.Submission.WeightsId!))
        );
        Assert.All(Runs, r => Assert.Equal(Plan.ExperimentId, r.Submission.ExperimentId));
    }

    [Fact]
    public async Task Best_WithOneNetwork_NeedsNoRanking()
    {
        await _app.ImportWeightsAsync(_ada, "hang");

        await StartAsync(TrainPreset.Best);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });

        Assert.Equal(PlanState.Started, Plan!.State);
        Assert.Equal([(1, 0), (1, 1)], Runs.Select(r => (r.Submission.Trial, r.Job.Fold!.Index)));
    }

    [Fact]
    public async Task Best_StartedInChinese_GivesItsExperimentAChineseName()
    {
        Languages.Use(Languages.Chinese);
        await _app.ImportWeightsAsync(_ada, "90");

        await StartAsync(TrainPreset.Best);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });

        Assert.NotEmpty(Runs);
        Assert.All(Runs, r => Assert.StartsWith("最佳，", r.ExperimentName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Best_InterruptedByTheEndOfTheApplication_GoesOn_AndIsCancelledWithItsRanking()
    {
        await ImportHangingWeightsAsync();
        await StartAsync(TrainPreset.Best);
        await WaitForRankingAsync();
        string job = Plan!.RankingJobId!;

        _app.Dispose();
        _app = new TestApp(_data);
        await WaitForRankingAsync();
        Assert.Equal((true, job), (Plan!.IsAtWork, Plan.RankingJobId));
        Assert.Contains(
            "already",
            (await Assert.ThrowsAsync<RefusedException>(() => StartAsync(TrainPreset.Best))).Message,
            StringComparison.Ordinal
        );

        Training.Cancel(_ada, _project.Id, _dataset.Id);

        Assert.Equal(JobState.Cancelled, (await _app.WaitForJobAsync(job)).State);
        Assert.Equal(PlanState.Cancelled, Plan!.State);
        Assert.Empty(Runs);
    }

    [Fact]
    public async Task Best_WhoseRankingEndedWhileTheApplicationWasDown_StartsItsExperimentOnce()
    {
        await _app.ImportWeightsAsync(_ada, "90");
        await _app.ImportWeightsAsync(_ada, "70");
        string job = await _app.Get<RankingService>().StartAsync(_ada, _project.Id, _dataset.Id, leftOut: [], withRandom: false);
        await _app.WaitForJobAsync(job);
        // As a kill right after the ranking leaves it.
        TrainingPlan plan = NewPlan() with
        {
            RankingJobId = job,
            OwnsRanking = true,
        };
        _app.Get<DocumentCollection<TrainingPlan>>().Add(plan);

        _app.Dispose();
        _app = new TestApp(_data);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });

        Assert.Equal(PlanState.Started, Plan!.State);
        Assert.Equal([1, 1, 2, 2], Runs.Select(r => r.Submission.Trial));
        // As a kill between the runs and the plan leaves it.
        _app.Get<DocumentCollection<TrainingPlan>>().Change(plan.Id, _ => plan);
        _app.Dispose();
        _app = new TestApp(_data);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });
        Assert.Equal(4, Runs.Count);
    }

    [Fact]
    public async Task Best_WhoseRankingFails_SaysWhyAndWhatToDo_AndCanBeStartedAgain()
    {
        await _app.ImportWeightsAsync(_ada, "refuse");
        BackboneWeights good = await _app.ImportWeightsAsync(_ada, "90");

        await StartAsync(TrainPreset.Best);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });

        Assert.Equal(PlanState.Failed, Plan!.State);
        Assert.Contains("cannot be read any more", Plan.Error, StringComparison.Ordinal);
        Assert.Contains("use Balanced", Plan.Error, StringComparison.Ordinal);
        Assert.Empty(Runs);
        string failed = Plan.Id;
        await StartAsync(TrainPreset.Best);
        Assert.NotEqual(failed, Plan!.Id);
        Assert.NotNull(good);
    }

    [Fact]
    public async Task Best_OfSomebodyWhoIsNoEditorAnyMore_Fails_AndStartsNothing()
    {
        ClaimsPrincipal edgar = await _app.PrincipalAsync(await _app.CreateUserAsync("Edgar"));
        _app.SetRole(_project.Id, "Edgar", ProjectRole.Viewer);
        await _app.ImportWeightsAsync(_ada, "90");
        _app.Get<DocumentCollection<TrainingPlan>>().Add(NewPlan() with { StartedBy = UserClaims.IdOf(edgar) });

        _app.Dispose();
        _app = new TestApp(_data);
        await TestApp.WaitForAsync(() => Plan is { IsAtWork: false });

        Assert.Equal(PlanState.Failed, Plan!.State);
        Assert.Contains("role", Plan.Error, StringComparison.Ordinal);
        Assert.Empty(Runs);
    }

    [Fact]
    public async Task Plan_AtWork_KeepsItsImagesAndProject_AndGoesWithThem()
    {
        await ImportHangingWeightsAsync();
        await StartAsync(TrainPreset.Best);
        await WaitForRankingAsync();
        Assert.Throws<RefusedException>(() => _app.Get<DatasetService>().Delete(_ada, _project.Id, _dataset.Id));
        Assert.Throws<RefusedException>(() => _app.Get<ProjectService>().Delete(_ada, _project.Id));

        Training.Cancel(_ada, _project.Id, _dataset.Id);
        await _app.WaitForJobAsync(Plan!.RankingJobId!);
        _app.Get<ProjectService>().Delete(_ada, _project.Id);

        Assert.Equal(0, _app.Get<DocumentCollection<TrainingPlan>>().Count());
    }

    [Fact]
    public async Task Offer_WithoutWeightsOrLabels_SaysWhatToDo()
    {
        Assert.Contains("No pretrained weights", (await OfferAsync(_dataset)).Obstacle!.Text, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => StartAsync(TrainPreset.Quick));
        await _app.ImportWeightsAsync(_ada, "90");
        Assert.Null((await OfferAsync(_dataset)).Obstacle);
        Dataset unlabelled = await _app.ImportDatasetAsync(_ada, _project.Id, layout: ImportLayout.Unlabelled);
        Assert.Contains("has no labels", (await OfferAsync(unlabelled)).Obstacle!.Text, StringComparison.Ordinal);
    }

    private Task<(IReadOnlyList<PresetOffer> Offers, TrainObstacle? Obstacle)> OfferAsync(Dataset dataset) =>
        Training.OfferAsync(_ada, _project.Id, dataset.Id);

    private Task<string> StartAsync(TrainPreset preset) => Training.StartAsync(_ada, _project.Id, _dataset.Id, preset);

    private async Task ImportHangingWeightsAsync()
    {
        await _app.ImportWeightsAsync(_ada, "hang");
        await _app.ImportWeightsAsync(_ada, "90");
    }

    private Task WaitForRankingAsync() =>
        TestApp.WaitForAsync(() =>
            Plan is { RankingJobId: not null }
            && _app.Get<RankingService>().Get(_ada, _project.Id, _dataset.Id).Activity?.Progress?.Candidate == "hang"
        );

    private TrainingPlan NewPlan() =>
        new()
        {
            Id = Ids.New(),
            ProjectId = _project.Id,
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            StartedBy = UserClaims.IdOf(_ada),
            StartedAt = DateTimeOffset.UnixEpoch,
            Networks = 2,
            ExperimentId = Ids.New(),
        };
}
