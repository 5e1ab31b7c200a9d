using System.Security.Claims;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Rankings;

/// <summary>Rankings in the background, by a worker process that behaves as its weights are called.</summary>
public sealed class RankingServiceTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private TestApp _app = null!;
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RankingService Rankings => _app.Get<RankingService>();

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
    public async Task Ranking_OnceFinished_IsKeptForTheVersionOfTheDataSet()
    {
        BackboneWeights good = await _app.ImportWeightsAsync(_ada, "90");
        await _app.ImportWeightsAsync(_ada, "70");
        BackboneWeights leftOut = await _app.ImportWeightsAsync(_ada, "80");
        await _app.ImportWeightsAsync(_ada, "unreadable");

        await Rankings.StartAsync(_ada, _project.Id, _dataset.Id, [leftOut.Id], withRandom: true);
        await WaitForEndAsync();

        _app.Dispose();
        _app = new TestApp(_data);
        (RankingActivity? activity, DatasetRanking? last) = Rankings.Get(_ada, _project.Id, _dataset.Id);
        Assert.Null(activity);
        Assert.Equal((1, UserClaims.IdOf(_ada)), (last!.DatasetVersion, last.StartedBy));
        Assert.Equal(["70", "90", "Fake, random", "unreadable"], last.Report.Candidates.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal(good.Id, RankingVerdict.Of(last.Report.Candidates, last.Report.Folds)!.Best.WeightsId);
        Assert.Equal("It is damaged.", last.Report.Candidates.Single(c => c.Name == "unreadable").Error);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_data, "uploads")));
    }

    [Fact]
    public async Task SecondRanking_OfTheSameImages_IsRefused_AndOfOthersIsQueued_AndCancellingEndsTheWorker()
    {
        await _app.ImportWeightsAsync(_ada, "hang");
        (Project others, Dataset othersData) = await _app.CreateProjectWithDataAsync(_ada);
        await StartAsync();
        await TestApp.WaitForAsync(() => Rankings.Get(_ada, _project.Id, _dataset.Id).Activity?.Progress?.Candidate == "hang");

        Assert.Contains("already", (await Assert.ThrowsAsync<RefusedException>(StartAsync)).Message, StringComparison.Ordinal);
        await Rankings.StartAsync(_ada, others.Id, othersData.Id, [], withRandom: false);
        Assert.Equal(JobState.Queued, Rankings.Get(_ada, others.Id, othersData.Id).Activity?.State);
        Rankings.Cancel(_ada, others.Id, othersData.Id);
        Assert.Throws<RefusedException>(() => _app.Get<DatasetService>().Delete(_ada, _project.Id, _dataset.Id));
        Assert.Throws<RefusedException>(() => _app.Get<ProjectService>().Delete(_ada, _project.Id));

        Rankings.Cancel(_ada, _project.Id, _dataset.Id);
        await WaitForEndAsync();
        Assert.Equal((null, null), Rankings.Get(_ada, _project.Id, _dataset.Id));
    }

    [Fact]
    public async Task Ranking_InterruptedByTheEndOfTheApplication_StartsAgain()
    {
        await _app.ImportWeightsAsync(_ada, "hang");
        await StartAsync();
        await TestApp.WaitForAsync(() => Rankings.Get(_ada, _project.Id, _dataset.Id).Activity?.Progress?.Candidate == "hang");

        _app.Dispose();
        _app = new TestApp(_data);

        await TestApp.WaitForAsync(() => Rankings.Get(_ada, _project.Id, _dataset.Id).Activity?.Progress?.Candidate == "hang");
        Assert.Equal(1, _app.Get<JobEngine>().Find(Rankings.Get(_ada, _project.Id, _dataset.Id).Activity!.JobId)!.Attempts);
    }

    [Fact]
    public async Task Ranking_WhoseWorkerSomebodyEnded_Fails_AndLetsTheNextOneRun()
    {
        await _app.ImportWeightsAsync(_ada, "ended");
        (Project others, Dataset othersData) = await _app.CreateProjectWithDataAsync(_ada);
        await StartAsync();
        await TestApp.WaitForAsync(() => Rankings.Get(_ada, _project.Id, _dataset.Id).Activity is { IsAtWork: false });
        Assert.Contains("ended from outside", Rankings.Get(_ada, _project.Id, _dataset.Id).Activity!.Error, StringComparison.Ordinal);

        await Rankings.StartAsync(_ada, others.Id, othersData.Id, [], withRandom: false);
        await TestApp.WaitForAsync(() => Rankings.Get(_ada, others.Id, othersData.Id).Activity is { IsAtWork: false });

        Rankings.Cancel(_ada, others.Id, othersData.Id);
        Assert.Null(Rankings.Get(_ada, others.Id, othersData.Id).Activity);
    }

    [Fact]
    public async Task Ranking_CancelledByAPerson_DoesNotComeBack()
    {
        await _app.ImportWeightsAsync(_ada, "hang");
        await StartAsync();
        await TestApp.WaitForAsync(() => Rankings.Get(_ada, _project.Id, _dataset.Id).Activity?.Progress?.Candidate == "hang");
        Rankings.Cancel(_ada, _project.Id, _dataset.Id);
        await WaitForEndAsync();

        _app.Dispose();
        _app = new TestApp(_data);

        Assert.Equal((null, null), Rankings.Get(_ada, _project.Id, _dataset.Id));
    }

    [Fact]
    public async Task Choices_OfFinishedRuns_AreThoseOfTheProjectThatHaveNotSeenTheImages()
    {
        Dataset other = await _app.ImportDatasetAsync(_ada, _project.Id);
        Run elsewhere = await AddRunAsync(_project, other, parent: null),
            here = await AddRunAsync(_project, _dataset, parent: null);
        Run afterHere = await AddRunAsync(_project, other, here),
            afterElsewhere = await AddRunAsync(_project, other, elsewhere);
        Run gone = await AddRunAsync(_project, other, parent: null),
            orphan = await AddRunAsync(_project, other, gone);
        _app.Get<RunService>().Delete(_ada, _project.Id, gone.Id);
        (Project foreign, Dataset foreignData) = await _app.CreateProjectWithDataAsync(_ada);
        await AddRunAsync(foreign, foreignData, parent: null);
        await _app.ImportWeightsAsync(_ada, "70");

        IReadOnlyList<RankingChoice> choices = await Rankings.ChoicesAsync(_ada, _project.Id, _dataset.Id);

        Assert.Equal(
            new[] { elsewhere.Id, afterElsewhere.Id }.Order(StringComparer.Ordinal),
            choices.Select(c => c.RunId).OfType<string>().Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(choices, c => c.RunId == afterHere.Id || c.RunId == orphan.Id);
        await StartAsync();
        await WaitForEndAsync();
        Assert.Equal(3, Rankings.Get(_ada, _project.Id, _dataset.Id).Last!.Report.Candidates.Count);
    }

    [Theory]
    [InlineData("refuse", "cannot be read any more")]
    [InlineData("crash", "leave out the largest networks")]
    public async Task Ranking_WhoseWorkerFails_IsToldInWords_UntilItIsDismissed(string weights, string words)
    {
        await _app.ImportWeightsAsync(_ada, weights);

        await StartAsync();
        await TestApp.WaitForAsync(() => Rankings.Get(_ada, _project.Id, _dataset.Id).Activity is { IsAtWork: false });

        Assert.Contains(words, Rankings.Get(_ada, _project.Id, _dataset.Id).Activity!.Error, StringComparison.Ordinal);
        Rankings.Cancel(_ada, _project.Id, _dataset.Id);
        Assert.Null(Rankings.Get(_ada, _project.Id, _dataset.Id).Activity);
    }

    [Fact]
    public async Task Ranking_GoesWithItsDataSetAndWithItsProject()
    {
        await _app.ImportWeightsAsync(_ada, "90");
        DocumentCollection<DatasetRanking> kept = _app.Get<DocumentCollection<DatasetRanking>>();
        await StartAsync();
        await WaitForEndAsync();
        Assert.Equal(1, kept.Count());

        _app.Get<DatasetService>().Delete(_ada, _project.Id, _dataset.Id);
        Assert.Equal(0, kept.Count());

        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
        await StartAsync();
        await WaitForEndAsync();
        _app.Get<ProjectService>().Delete(_ada, _project.Id);
        Assert.Equal(0, kept.Count());
    }

    [Fact]
    public async Task Start_ByAViewer_OrWithoutWeights_IsRefused()
    {
        ClaimsPrincipal vera = await _app.PrincipalAsync(await _app.CreateUserAsync("Vera"));
        _app.SetRole(_project.Id, "Vera", ProjectRole.Viewer);

        await Assert.ThrowsAsync<ForbiddenException>(() => Rankings.StartAsync(vera, _project.Id, _dataset.Id, [], withRandom: true));
        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(StartAsync);

        Assert.Contains("Import pretrained weights", refusal.Message, StringComparison.Ordinal);
    }

    private Task StartAsync() => Rankings.StartAsync(_ada, _project.Id, _dataset.Id, leftOut: [], withRandom: false);

    /// <summary>A run that has succeeded, with a checkpoint.</summary>
    private async Task<Run> AddRunAsync(Project project, Dataset dataset, Run? parent)
    {
        Run run = await _app.Get<RunService>()
            .SubmitAsync(
                _ada,
                project.Id,
                new RunRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    ParentRunId = parent?.Id,
                }
            );
        await TestApp.WaitForAsync(() => _app.Get<DocumentCollection<Run>>().Find(run.Id)!.Status.IsFinal());
        string checkpoint = _app.Get<DataFolder>().Run(run.Id).BestCheckpoint;
        Directory.CreateDirectory(Path.GetDirectoryName(checkpoint)!);
        await File.WriteAllTextAsync(checkpoint, "weights");
        return run;
    }

    private Task WaitForEndAsync() => TestApp.WaitForAsync(() => _app.Get<JobEngine>().Live(_app.Get<RankingJobKind>()).Count == 0);
}
