using System.Diagnostics;
using System.Security.Claims;
using System.Security.Cryptography;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Real worker processes that share a run folder, are paused, or die in the middle of a save.</summary>
public sealed class AttemptTests : IAsyncLifetime
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task R19_TwoWorkersOnOneFolder_GiveOneResult(int secondAttempt)
    {
        IWorkerLauncher launcher = _app.Get<IWorkerLauncher>();
        RunFolder folder = Prepare("wait-for-cancel");
        WorkerAttempt first = launcher.Start(folder, 1);
        await TestApp.WaitForAsync(() => Events(folder).Any(e => e is EpochCompleted));

        WorkerAttempt second = launcher.Start(folder, secondAttempt);
        await TestApp.WaitForAsync(() => launcher.State(second).HasEnded);

        Assert.Contains("taken", launcher.State(second).Cause, StringComparison.Ordinal);
        Assert.False(launcher.State(first).HasEnded);
        folder.RequestCancel(DateTimeOffset.UtcNow);
        await TestApp.WaitForAsync(() => launcher.State(first).HasEnded);
        Assert.Equal(1, Assert.Single(Events(folder).OfType<RunStarted>()).Attempt);
        Assert.Single(Events(folder).OfType<RunFinished>());
    }

    [Fact]
    public async Task R19_PausedAttempt_ResumedAfterANewerOneEnded_WritesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that pauses a process.");
        IWorkerLauncher launcher = _app.Get<IWorkerLauncher>();
        RunFolder folder = Prepare("step-until-cancel");
        WorkerAttempt old = launcher.Start(folder, 1);
        await TestApp.WaitForAsync(() => Events(folder).Any(e => e is StepCompleted));
        int process = ProtocolJson.TryRead<WorkerProcessRecord>(folder.WorkerProcess)!.ProcessId;
        Signal(process, "STOP");
        // As a network drive does it that has not heard of the owner of a lock for long.
        File.Delete(folder.Lock);
        using (RunEventWriter writer = RunEventWriter.After(folder.Events))
            writer.Append(new AttemptStarted { Attempt = 2 });
        Prepare("succeed", folder);
        WorkerAttempt newer = launcher.Start(folder, 2);
        await TestApp.WaitForAsync(() => launcher.State(newer).HasEnded);
        IReadOnlyDictionary<string, string> result = Content(folder);

        Signal(process, "CONT");
        await TestApp.WaitForAsync(() => launcher.State(old).HasEnded);

        Assert.Contains("taken", launcher.State(old).Cause, StringComparison.Ordinal);
        Assert.Equal(result, Content(folder));
        Assert.Equal(RunOutcome.Succeeded, Assert.IsType<RunFinished>(Events(folder)[^1]).Outcome);
        Assert.Equal([1, 2], Events(folder).OfType<RunStarted>().Select(e => e.Attempt!.Value));
    }

    [Fact]
    public async Task R19_WorkerWhoseProcessNobodyKnows_IsFollowedByItsLock()
    {
        Run run = await SubmitAsync("wait-for-cancel");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        RunFolder folder = _app.Get<DataFolder>().Run(run.Id);
        _app.Dispose();
        File.Delete(folder.WorkerProcess);
        File.Delete(folder.Attempt);

        _app = new TestApp(_data);
        _app.Get<RunService>().Cancel(_user, _project.Id, run.Id);

        // A worker that was taken for lost would not have been asked.
        run = await _app.WaitForEndAsync(run.Id);
        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.Contains(Events(folder), e => e is RunCancelRequested);
        Assert.Single(Events(folder).OfType<RunFinished>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task R16_R14_KillDuringASave_KeepsTheCheckpointBefore_AndSweepsTheOther(bool whileTheApplicationIsDown)
    {
        Run run = await SubmitAsync("stop-in-a-save");
        RunFolder folder = _app.Get<DataFolder>().Run(run.Id);
        await TestApp.WaitForAsync(() => Events(folder).Any(e => e is MessageLogged));
        Assert.NotEmpty(UnfinishedFiles.In(folder.Path));
        using Process worker = Process.GetProcessById(ProtocolJson.TryRead<WorkerProcessRecord>(folder.WorkerProcess)!.ProcessId);
        if (whileTheApplicationIsDown)
            _app.Dispose();

        worker.Kill();
        if (whileTheApplicationIsDown)
        {
            await TestApp.WaitForAsync(() => worker.HasExited);
            _app = new TestApp(_data);
        }

        await _app.WaitForEndAsync(run.Id);
        Assert.Equal("whole", await File.ReadAllTextAsync(folder.BestCheckpoint));
        Assert.Empty(UnfinishedFiles.In(folder.Path));
    }

    [Fact]
    public async Task R14_Sweep_WhileAWorkerIsAtWork_LeavesItsFiles()
    {
        Run run = await SubmitAsync("stop-in-a-save");
        RunFolder folder = _app.Get<DataFolder>().Run(run.Id);
        await TestApp.WaitForAsync(() => Events(folder).Any(e => e is MessageLogged));

        Assert.Equal(0, UnfinishedFiles.Delete(folder));
        Assert.NotEmpty(UnfinishedFiles.In(folder.Path));

        _app.Get<RunService>().Cancel(_user, _project.Id, run.Id);
        await _app.WaitForEndAsync(run.Id);
    }

    private Task<Run> SubmitAsync(string behaviour) => _app.SubmitAsync(_user, _project, _dataset, behaviour);

    private static IReadOnlyList<RunEvent> Events(RunFolder folder) =>
        File.Exists(folder.Events) ? [.. RunEventTail.All(folder.Events)] : [];

    /// <summary>A run folder that no supervisor knows of.</summary>
    private RunFolder Prepare(string behaviour, RunFolder? folder = null)
    {
        folder ??= new RunFolder(Path.Combine(_data, "apart"));
        folder.Create();
        JobSpec job = JobSpec.Load(JobOfAnyRun()) with
        {
            Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = behaviour },
        };
        job.Save(folder.Job);
        return folder;
    }

    private string JobOfAnyRun()
    {
        string path = Path.Combine(_data, "job.json");
        if (!File.Exists(path))
            new JobSpec
            {
                RunId = "apart",
                Data = new DataSpec(_app.Get<DataFolder>().Paths.Relative(_app.Get<DataFolder>().Manifest(_dataset.Id, 1)), "images"),
                Backbone = "fake",
                Weights = WeightsSpec.Random,
                Method = "fake-method",
            }.Save(path);
        return path;
    }

    private static IReadOnlyDictionary<string, string> Content(RunFolder folder) =>
        Directory
            .EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(f => f, f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

    private static void Signal(int process, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{process}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
