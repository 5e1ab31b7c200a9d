using System.Diagnostics;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Real worker processes that behave and misbehave in every way, and what becomes of their runs.</summary>
public sealed class RunSupervisorTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private TestApp _app = null!;
    private ClaimsPrincipal _user = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    public async ValueTask InitializeAsync()
    {
        _app = new TestApp(_data);
        _user = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_user);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        TestFolder.Delete(_data);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Worker_ThatSucceeds_LeavesARunWithItsBestEpochAndAModel()
    {
        Run run = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);

        Assert.Equal((RunStatus.Succeeded, 2, 0.75, 7L), (run.Status, run.BestEpoch, run.BestTop1, run.PackageBytes));
        Assert.Equal([0.5, 0.75], run.Top1ByEpoch);
        Assert.True(File.Exists(_app.Get<RunService>().Model(_user, _project.Id, run.Id).Path));
    }

    [Theory]
    [InlineData("report-failure", "The loss is not a number")]
    [InlineData("exit-silently", "code 42")]
    [InlineData("abort", "SIGABRT")]
    [InlineData("unterminated-line", "code 1")]
    [InlineData("garbage", "record of events is damaged")]
    public async Task Worker_ThatFails_GivesAFailedRunWithItsCauseAndLetsTheNextOneRun(string behaviour, string cause)
    {
        Run run = await _app.WaitForEndAsync((await SubmitAsync(behaviour)).Id);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Contains(cause, run.Error, StringComparison.Ordinal);
        Assert.Throws<Refusals.NotFoundException>(() => _app.Get<RunService>().Model(_user, _project.Id, run.Id));
        Assert.Equal(RunStatus.Succeeded, (await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id)).Status);
    }

    [Fact]
    public async Task R22_WorkerThatTakesMoreMemoryThanItMay_FailsItsRunWithTheCause()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux keeps the limit.");
        _app.Dispose();
        _app = new TestApp(_data, ("MaximumRunMemoryBytes", $"{1L << 30}"));

        Run run = await _app.WaitForEndAsync((await SubmitAsync("eat-memory")).Id);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Contains("If memory ran out, use a smaller batch size", run.Error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Succeeded, (await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id)).Status);
    }

    [Fact]
    public async Task KilledWorker_IsTold()
    {
        Run run = await SubmitAsync("hang");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        using Process worker = Process.GetProcessById(WorkerOf(run).ProcessId);

        worker.Kill();

        run = await _app.WaitForEndAsync(run.Id);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Contains("SIGKILL", run.Error, StringComparison.Ordinal);
        // The record ends with an event of its own, so that every reader of the file knows.
        Assert.Equal(
            RunOutcome.Failed,
            Assert.IsType<RunFinished>(RunEventTail.All(_app.Get<DataFolder>().Run(run.Id).Events).Last()).Outcome
        );
    }

    [Theory]
    [InlineData("wait-for-cancel")]
    [InlineData("hang")]
    public async Task Cancel_EndsTheRunEvenWhenTheWorkerDoesNotListen(string behaviour)
    {
        Run run = await SubmitAsync(behaviour);
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        int process = WorkerOf(run).ProcessId;

        Assert.Equal(RunStatus.Cancelling, _app.Get<RunService>().Cancel(_user, _project.Id, run.Id).Status);

        run = await _app.WaitForEndAsync(run.Id);
        Assert.Equal((RunStatus.Cancelled, null), (run.Status, run.Error));
        await TestApp.WaitForAsync(() => !IsAlive(process));
    }

    [Fact]
    public async Task QueuedRuns_WithOneSlot_RunOneAfterTheOther_AndCanBeCancelledWhileTheyWait()
    {
        Run first = await SubmitAsync("wait-for-cancel"),
            second = await SubmitAsync("succeed"),
            third = await SubmitAsync("succeed");
        await _app.WaitForRunAsync(first.Id, r => r.Epoch == 1);

        Assert.Equal(RunStatus.Queued, Find(second).Status);
        Assert.Equal(RunStatus.Cancelled, _app.Get<RunService>().Cancel(_user, _project.Id, second.Id).Status);
        _app.Get<RunService>().Cancel(_user, _project.Id, first.Id);
        third = await _app.WaitForEndAsync(third.Id);

        Assert.Equal(RunStatus.Succeeded, third.Status);
        Assert.True(third.StartedAt >= Find(first).FinishedAt);
        Assert.Equal(RunStatus.Cancelled, Find(second).Status);
        Assert.DoesNotContain(EventsOf(second), e => e is AttemptStarted or RunStarted);
    }

    [Fact]
    public async Task Restart_WhileAWorkerIsAtWork_FindsItAgain()
    {
        Run run = await SubmitAsync("wait-for-cancel");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);

        Restart();

        Assert.Equal(RunStatus.Running, Find(run).Status);
        _app.Get<RunService>().Cancel(_user, _project.Id, run.Id);
        Assert.Equal(RunStatus.Cancelled, (await _app.WaitForEndAsync(run.Id)).Status);
    }

    [Fact]
    public async Task Restart_AfterTheWorkerWasKilledMeanwhile_GivesALostRun()
    {
        Run run = await SubmitAsync("hang");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        int process = WorkerOf(run).ProcessId;
        _app.Dispose();
        using (Process worker = Process.GetProcessById(process))
            worker.Kill();
        await TestApp.WaitForAsync(() => !IsAlive(process));

        Restart();

        run = await _app.WaitForEndAsync(run.Id);
        Assert.Equal(RunStatus.Lost, run.Status);
        Assert.Contains("Start the run again", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WithEverythingWrong_NamesItAll()
    {
        RunRequest request = new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
            Parameters = new Dictionary<string, Core.Catalog.ParameterValue>
            {
                ["epochs"] = 0,
                ["behaviour"] = "dance",
                ["unheard-of"] = true,
            },
        };

        Refusals.RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() =>
            _app.Get<RunService>().SubmitAsync(_user, _project.Id, request)
        );

        foreach (string word in new[] { "Epochs", "Behaviour", "unheard-of" })
            Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_app.Get<RunService>().List(_user, _project.Id));
    }

    [Fact]
    public async Task DataSetOfARunAtWork_CannotBeDeleted()
    {
        Run run = await SubmitAsync("wait-for-cancel");

        Assert.Throws<Refusals.RefusedException>(() => _app.Get<DatasetService>().Delete(_user, _project.Id, _dataset.Id));
        Assert.Throws<Refusals.RefusedException>(() => _app.Get<ProjectService>().Delete(_user, _project.Id));
        Assert.Throws<Refusals.RefusedException>(() => _app.Get<RunService>().Delete(_user, _project.Id, run.Id));

        await _app.WaitForRunAsync(run.Id, r => r.Status == RunStatus.Running);
        _app.Get<RunService>().Cancel(_user, _project.Id, run.Id);
        await _app.WaitForEndAsync(run.Id);
        _app.Get<ProjectService>().Delete(_user, _project.Id);
    }

    private Task<Run> SubmitAsync(string behaviour) => _app.SubmitAsync(_user, _project, _dataset, behaviour);

    private IReadOnlyList<RunEvent> EventsOf(Run run) => [.. RunEventTail.All(_app.Get<DataFolder>().Run(run.Id).Events)];

    private Run Find(Run run) => _app.Get<DocumentCollection<Run>>().Find(run.Id)!;

    private WorkerProcessRecord WorkerOf(Run run) =>
        JsonSerializer.Deserialize<WorkerProcessRecord>(
            File.ReadAllText(_app.Get<DataFolder>().Run(run.Id).WorkerProcess),
            ProtocolJson.Line
        )!;

    private void Restart()
    {
        _app.Dispose();
        _app = new TestApp(_data);
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
