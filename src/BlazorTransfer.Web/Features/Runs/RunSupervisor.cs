using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// Starts queued runs in order, follows what their workers report, notices their end however it comes, and kills workers that do
/// not heed a request to cancel in time. After a restart it finds its workers again.
/// </summary>
internal sealed class RunSupervisor(
    DocumentCollection<Run> runs,
    RunJournal journal,
    RunRebuild rebuild,
    DataFolder folder,
    IWorkerLauncher launcher,
    RunEventStream stream,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock,
    ILogger<RunSupervisor> log
) : BackgroundService
{
    private const int MostFailures = 3;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, Watch> _watched = [];

    /// <summary>How often in a row a run could not be started or followed.</summary>
    private readonly Dictionary<string, int> _failures = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        rebuild.Recover();
        foreach (Run run in Unfinished().Where(r => r.Status.HasWorker()))
        {
            // Its worker may have written what is not stored yet.
            stream.Hold(run.Id, 0);
            WorkerAttempt? worker = launcher.Find(folder.Run(run.Id));
            if (worker is not null)
                log.LogInformation("Run {Run} is still at work; following it.", run.Id);
            _watched[run.Id] = new Watch(worker);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Attempt("Starting runs", StartNext);
            foreach ((string runId, Watch watch) in _watched.ToArray())
                Attempt(runId, watch, () => FollowOrGiveUp(runId, watch));
        }
    }

    private IEnumerable<Run> Unfinished() =>
        Enum.GetValues<RunStatus>()
            .Where(s => !s.IsFinal())
            .SelectMany(s => runs.FindBy(nameof(Run.Status), s.ToString()))
            .OrderBy(r => r.Submission.SubmittedAt)
            .ThenBy(r => r.Submission.Number);

    private void StartNext()
    {
        // A run that starts on a nearly full disk would fail in the middle; it waits in the queue until there is space.
        if (_watched.Count >= options.Value.WorkerSlots || folder.IsLowOnSpace)
            return;
        foreach (Run run in Unfinished().Where(r => r.Status == RunStatus.Queued).ToArray())
        {
            if (_watched.Count >= options.Value.WorkerSlots)
                return;
            Attempt(run.Id, watch: null, () => Start(run));
        }
    }

    private void Start(Run run)
    {
        RequireFolder(run.Id);
        // Recorded before the start: a crash in between leaves a run without a worker, never one with two.
        if (journal.Record(run.Id, BeginAttempt) is { Status: RunStatus.Starting } begun)
            _watched[run.Id] = new Watch(TryStart(run.Id, begun.Attempts));
    }

    /// <exception cref="DirectoryNotFoundException">Somebody has deleted it.</exception>
    private void RequireFolder(string runId)
    {
        if (!Directory.Exists(folder.Run(runId).Path))
            throw new DirectoryNotFoundException("Its folder is missing.");
    }

    /// <summary>A run that was cancelled or deleted meanwhile is not started.</summary>
    private static IReadOnlyList<RunEvent> BeginAttempt(Run run) =>
        run is { Status: RunStatus.Queued, IsDeleted: false } ? [new AttemptStarted { Attempt = run.Attempts + 1 }] : [];

    /// <exception cref="FileNotFoundException">What was read of the record of events is not there any more.</exception>
    private void RequireRead(string runId, RunEventTail tail)
    {
        var events = new FileInfo(folder.Run(runId).Events);
        if (tail.Position > 0 && !(events.Exists && events.Length >= tail.Position))
            throw new FileNotFoundException("Its record of events is missing.");
    }

    private WorkerAttempt? TryStart(string runId, int attempt)
    {
        try
        {
            return launcher.Start(folder.Run(runId), attempt);
        }
        catch (Exception e) when (e is FileNotFoundException or System.ComponentModel.Win32Exception)
        {
            // The message names folders of this machine, which is for its administrator to read.
            log.LogError(e, "The worker of run {Run} could not be started.", runId);
            Finish(runId, RunOutcome.Failed, "The worker could not be started. The application's log says why.");
            return null;
        }
    }

    /// <summary>A fault of the database or a full disk must not end the supervision.</summary>
    private void Attempt(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            log.LogError(e, "{What} failed; it is tried again.", what);
        }
    }

    /// <summary>A run that fails again and again is given up, so that it does not keep a slot from the others. A full disk is not the
    /// run's fault.</summary>
    private void Attempt(string runId, Watch? watch, Action action)
    {
        try
        {
            action();
            _failures.Remove(runId);
        }
        catch (Exception e) when (DiskFullException.IsCauseOf(e))
        {
            log.LogError(e, "Run {Run} has to wait until there is space on the disk.", runId);
        }
        catch (Exception e)
        {
            int failures = _failures[runId] = _failures.GetValueOrDefault(runId) + 1;
            if (failures <= MostFailures)
                log.LogError(e, "Run {Run} could not be started or followed ({Failures} of {Most}).", runId, failures, MostFailures);
            // Again and again, until its worker is gone.
            if (failures >= MostFailures)
                Attempt($"Giving up run {runId}", () => GiveUp(runId, watch, e));
        }
    }

    private void GiveUp(string runId, Watch? watch, Exception failure)
    {
        if (!HasStopped(watch))
            return;
        journal.Break(runId, $"The run's folder cannot be used: {folder.Paths.Hide(failure.Message).TrimEnd('.')}. Start the run again.");
        _failures.Remove(runId);
        if (watch is not null)
            Forget(runId, watch);
    }

    /// <summary>Kills the worker of a run. Until it is gone it may write on.</summary>
    private bool HasStopped(Watch? watch)
    {
        if (watch?.Worker is not { } worker)
            return true;
        launcher.Stop(worker);
        return launcher.State(worker).HasEnded;
    }

    private void FollowOrGiveUp(string runId, Watch watch)
    {
        try
        {
            Follow(runId, watch);
        }
        catch (InvalidDataException e)
        {
            log.LogError(e, "The events of run {Run} are damaged.", runId);
            if (!HasStopped(watch))
                return;
            RunFolder run = folder.Run(runId);
            RunEventTail.CutOffDamage(run.Events, run.DamagedEvents);
            Finish(runId, RunOutcome.Failed, RunFolderReader.DamagedError);
            Forget(runId, watch);
        }
    }

    private void Follow(string runId, Watch watch)
    {
        RequireFolder(runId);
        RequireRead(runId, watch.Tail);
        // In this order: a worker that has ended has written all it ever will.
        WorkerState? worker = watch.Worker is { } attempt ? launcher.State(attempt) : null;
        bool ended = worker?.HasEnded ?? true;
        Run? run;
        do
        {
            watch.Tail = watch.Tail.ReadOn(folder.Run(runId).Events);
            run = journal.Follow(runId, watch.Tail);
        } while (run is not null && !watch.Tail.IsAtEnd);
        if (run is null || run.Status.IsFinal())
        {
            // A worker that reported its end may still be closing down.
            if (ended || run is null)
                Forget(runId, watch);
            return;
        }

        if (!ended)
        {
            if (run.Status == RunStatus.Cancelling)
                KillIfPatienceEnded(runId, watch);
            return;
        }

        if (run.Status == RunStatus.Cancelling)
            Finish(runId, RunOutcome.Cancelled, error: null);
        else if (worker?.Cause is { } cause)
            Finish(runId, RunOutcome.Failed, cause);
        else if (watch.Worker is null && NeverHadWorker(run))
            journal.Record(runId, r => r.Status == RunStatus.Starting ? [new RunQueued()] : []);
        else
            Finish(runId, RunOutcome.Lost, "The worker disappeared while the application was not running. Start the run again.");
        Forget(runId, watch);
    }

    /// <summary>The application ended between the record of the attempt and the start of its worker.</summary>
    private bool NeverHadWorker(Run run)
    {
        RunFolder runFolder = folder.Run(run.Id);
        return run.Status == RunStatus.Starting
            && !File.Exists(runFolder.WorkerProcess)
            && ProtocolJson.TryRead<WorkerAttempt>(runFolder.Attempt)?.Attempt != run.Attempts;
    }

    private void KillIfPatienceEnded(string runId, Watch watch)
    {
        if (
            folder.Run(runId).ReadCancelRequest() is { } request
            && clock.GetUtcNow() - request.Time > options.Value.CancelGrace
            && watch.Worker is { } worker
        )
            launcher.Stop(worker);
    }

    /// <summary>Records the end of a run whose worker could not.</summary>
    private void Finish(string runId, RunOutcome outcome, string? error) =>
        journal.Record(
            runId,
            run =>
                run.Status.IsFinal()
                    ? []
                    :
                    [
                        new RunFinished
                        {
                            Outcome = outcome,
                            Error = error,
                            Seconds = run.StartedAt is { } started ? (clock.GetUtcNow() - started).TotalSeconds : 0,
                        },
                    ]
        );

    private void Forget(string runId, Watch watch)
    {
        if (watch.Worker is { } worker)
            launcher.Release(worker);
        // A worker that was killed may have left some.
        UnfinishedFiles.Delete(folder.Run(runId).Path, SearchOption.AllDirectories, log);
        _watched.Remove(runId);
        stream.Release(runId);
    }

    private sealed class Watch(WorkerAttempt? worker)
    {
        public WorkerAttempt? Worker { get; } = worker;
        public RunEventTail Tail { get; set; } = RunEventTail.Start;
    }
}
