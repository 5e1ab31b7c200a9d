using System.Diagnostics;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>The database's runs can be made again from their folders, every field of them.</summary>
public sealed class RunRebuildTests : IAsyncLifetime
{
    private static readonly (string, string)[] Settings = [("WorkerSlots", "3"), ("CancelGrace", "00:05:00")];
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private TestApp _app = null!;
    private ClaimsPrincipal _user = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private DocumentCollection<Run> Documents => _app.Get<DocumentCollection<Run>>();
    private RunService Runs => _app.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _app = new TestApp(_data, Settings);
        _user = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_user);
    }

    public ValueTask DisposeAsync()
    {
        foreach (Run run in Documents.All().Where(r => r.Status.HasWorker()))
            KillWorkerOf(run);
        _app.Dispose();
        TestFolder.Delete(_data);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rebuild_WithRunsInEveryStatus_GivesEveryFieldOfTheStoredRuns()
    {
        await MakeRunsInEveryStatusAsync();
        Dictionary<string, string> before = Stored();
        Assert.Equal(Enum.GetValues<RunStatus>().Order(), Documents.All().Select(r => r.Status).Distinct().Order());

        Documents.ReplaceAll([]);
        int count = _app.Get<RunRebuild>().Rebuild();

        Assert.Equal(before.Count, count);
        Assert.Equal(before, Stored());
    }

    [Fact]
    public async Task Rebuild_AfterACancellationInTheQueue_LeavesTheRunCancelled()
    {
        Run[] blockers = await BlockAllSlotsAsync();
        Run run = await SubmitAsync("succeed");
        Runs.Cancel(_user, _project.Id, run.Id);

        _app.Get<RunRebuild>().Rebuild();
        foreach (Run blocker in blockers)
            KillWorkerOf(blocker);
        Run next = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);

        // The next run of the queue has ended, and this one has not begun.
        Assert.Equal(RunStatus.Succeeded, next.Status);
        run = Documents.Find(run.Id)!;
        Assert.Equal((RunStatus.Cancelled, 0), (run.Status, run.Attempts));
    }

    [Fact]
    public async Task Rebuild_AfterAnInterruptedDeletion_CompletesIt()
    {
        Run run = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id),
            aside = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        // As if power had failed after the event, and after the folder was moved.
        _app.Get<RunJournal>().Record(run.Id, _ => [new RunDeleted()]);
        Documents.Remove(run.Id);
        Documents.Remove(aside.Id);
        string moved = FolderOf(aside).Path + ".deleted";
        Directory.Move(FolderOf(aside).Path, moved);

        Assert.Equal(0, _app.Get<RunRebuild>().Rebuild());

        Assert.False(Directory.Exists(FolderOf(run).Path));
        Assert.False(Directory.Exists(moved));
    }

    [Fact]
    public async Task Restart_AfterAnInterruptedDeletion_CompletesIt()
    {
        Run run = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        _app.Get<RunJournal>().Record(run.Id, _ => [new RunDeleted()]);

        Restart();

        Assert.Null(Documents.Find(run.Id));
        Assert.False(Directory.Exists(FolderOf(run).Path));
    }

    [Fact]
    public async Task Rebuild_OfAStrayFolderAndOneThatWasNeverEntered_SkipsThem()
    {
        await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        Directory.CreateDirectory(Path.Combine(_data, "runs", "strayfolder"));
        Run half = SampleRun.Queued("halfentered");
        FolderOf(half).Create();
        half.Job.Save(FolderOf(half).Job);
        half.Submission.Save(FolderOf(half));

        Assert.Equal(1, _app.Get<RunRebuild>().Rebuild());
    }

    [Fact]
    public async Task Restart_WithRunsOfAnEarlierVersion_BringsThemUpToDate()
    {
        Run finished = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        Run cancelled = Earlier("cancelledearlier") with { Status = RunStatus.Cancelled, FinishedAt = DateTimeOffset.UnixEpoch };
        Run succeeded = Earlier("succeededearlier") with { Status = RunStatus.Succeeded, FinishedAt = finished.FinishedAt };
        foreach (Run run in new[] { cancelled, succeeded })
        {
            FolderOf(run).Create();
            run.Job.Save(FolderOf(run).Job);
            run.Submission.Save(FolderOf(run));
            Documents.Add(run);
        }

        using (var events = new RunEventWriter(FolderOf(succeeded).Events))
        {
            // Such a record begins with the worker's first event, and has none of the web application's.
            foreach (RunEvent e in RunEventTail.All(FolderOf(finished).Events).Where(e => e is not (RunQueued or AttemptStarted)))
                events.Append(e);
        }

        Restart();

        Dictionary<string, string> upgraded = Stored();
        Assert.Equal((RunStatus.Cancelled, DateTimeOffset.UnixEpoch), (Find(cancelled).Status, Find(cancelled).FinishedAt!.Value));
        Assert.Equal(
            (RunStatus.Succeeded, 2, 0.75, 7L, finished.FinishedAt),
            (
                Find(succeeded).Status,
                Find(succeeded).BestEpoch,
                Find(succeeded).BestTop1,
                Find(succeeded).PackageBytes,
                Find(succeeded).FinishedAt
            )
        );
        Assert.Equal("images", Find(succeeded).Job.Data.ImageRoot);
        Documents.ReplaceAll([]);
        Assert.Equal(3, _app.Get<RunRebuild>().Rebuild());
        Assert.Equal(upgraded, Stored());

        Run Find(Run run) => Documents.Find(run.Id)!;
        Run Earlier(string id) =>
            Run.Of(
                id,
                finished.Submission with
                {
                    Number = 7,
                },
                finished.Job with
                {
                    Format = JobSpec.AbsoluteFormat,
                    RunId = id,
                    Data = new DataSpec(_app.Get<DataFolder>().Manifest(_dataset.Id, 1), _app.Get<DataFolder>().Images),
                    FeatureCache = null,
                }
            );
    }

    [Fact]
    public async Task JobFile_OfASubmittedRun_HoldsNoAbsolutePath()
    {
        Run run = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        Run child = await Runs.SubmitAsync(_user, _project.Id, Request("succeed") with { ParentRunId = run.Id });

        string job = await File.ReadAllTextAsync(FolderOf(child).Job);

        Assert.DoesNotContain(_data, job, StringComparison.Ordinal);
        Assert.Contains($"\"runs/{run.Id}/checkpoints/best.safetensors\"", job, StringComparison.Ordinal);
        Assert.Contains($"\"datasets/{_dataset.Id}/v1.jsonl\"", job, StringComparison.Ordinal);
        JobSpec resolved = JobSpec.Load(FolderOf(child).Job, _app.Get<DataFolder>().Paths);
        Assert.True(File.Exists(resolved.Data.Manifest));
        Assert.Equal(FolderOf(run).BestCheckpoint, resolved.Weights.File);
    }

    private async Task MakeRunsInEveryStatusAsync()
    {
        foreach (string behaviour in new[] { "succeed", "report-failure", "exit-silently", "garbage", "unterminated-line" })
            await _app.WaitForEndAsync((await SubmitAsync(behaviour)).Id);
        Run listening = await SubmitAsync("wait-for-cancel");
        await _app.WaitForRunAsync(listening.Id, r => r.Epoch == 1);
        Runs.Cancel(_user, _project.Id, listening.Id);
        await _app.WaitForEndAsync(listening.Id);
        await LoseARunAsync();
        Run deleted = await _app.WaitForEndAsync((await SubmitAsync("succeed")).Id);
        Runs.Delete(_user, _project.Id, deleted.Id);
        Run pair = await Runs.SubmitAsync(_user, _project.Id, Request("succeed") with { Repeats = 2 });
        foreach (Run member in Runs.Experiment(_user, _project.Id, pair.Submission.ExperimentId!))
            await _app.WaitForEndAsync(member.Id);

        Run[] atWork = await BlockAllSlotsAsync();
        Runs.Cancel(_user, _project.Id, atWork[0].Id);
        await SubmitAsync("succeed");
        Runs.Cancel(_user, _project.Id, (await SubmitAsync("succeed")).Id);
        await Runs.SubmitAsync(_user, _project.Id, Request("succeed") with { Folds = 2 });
        await Runs.SubmitAsync(
            _user,
            _project.Id,
            Request("succeed") with
            {
                Search = new SearchPlan
                {
                    Trials = 2,
                    SuccessiveHalving = true,
                    Ranges = [new SearchRange("strength", 0.1, 0.9)],
                },
            }
        );
        Dataset target = await _app.ImportDatasetAsync(_user, _project.Id, TestZip.TwoClasses());
        await Runs.SubmitAsync(
            _user,
            _project.Id,
            Request("succeed") with
            {
                Method = "fake-adaptation",
                Target = new TargetRequest
                {
                    DatasetId = target.Id,
                    DatasetVersion = 1,
                    WithBaselines = true,
                },
            }
        );
    }

    /// <summary>Three workers that stay at work, the last of them without a word.</summary>
    private async Task<Run[]> BlockAllSlotsAsync()
    {
        Run[] runs = [await SubmitAsync("hang"), await SubmitAsync("hang"), await SubmitAsync("say-nothing")];
        foreach (Run run in runs)
            await _app.WaitForRunAsync(run.Id, r => r.Status == (run == runs[^1] ? RunStatus.Starting : RunStatus.Running) && HasWorker(r));
        foreach (Run run in runs[..^1])
            await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        return runs;

        bool HasWorker(Run run) => File.Exists(FolderOf(run).WorkerProcess);
    }

    private async Task LoseARunAsync()
    {
        Run run = await SubmitAsync("hang");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);
        _app.Dispose();
        KillWorkerOf(run);
        _app = new TestApp(_data, Settings);
        Assert.Equal(RunStatus.Lost, (await _app.WaitForEndAsync(run.Id)).Status);
    }

    private Dictionary<string, string> Stored() =>
        Documents.All().ToDictionary(r => r.Id, r => JsonSerializer.Serialize(r, ProtocolJson.Line));

    private Task<Run> SubmitAsync(string behaviour) => Runs.SubmitAsync(_user, _project.Id, Request(behaviour));

    private RunRequest Request(string behaviour) =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
            Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = behaviour },
        };

    private RunFolder FolderOf(Run run) => new(Path.Combine(_data, "runs", run.Id));

    private void KillWorkerOf(Run run)
    {
        WorkerProcessRecord record = JsonSerializer.Deserialize<WorkerProcessRecord>(
            File.ReadAllText(FolderOf(run).WorkerProcess),
            ProtocolJson.Line
        )!;
        try
        {
            using Process worker = Process.GetProcessById(record.ProcessId);
            worker.Kill();
            worker.WaitForExit();
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }

    private void Restart()
    {
        _app.Dispose();
        _app = new TestApp(_data, Settings);
        // Starts the application.
        _ = _app.Get<RunRebuild>();
    }
}
