using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Execution;

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
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, Watch> _watched = [];

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
                Attempt($"Following run {runId}", () => FollowOrGiveUp(runId, watch));
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
        foreach (Run run in Unfinished().Where(r => r.Status == RunStatus.Queued).Take(options.Value.WorkerSlots - _watched.Count))
        {
            // Recorded before the start: a crash in between leaves a run without a worker, never one with two.
            if (journal.Record(run.Id, BeginAttempt) is { Status: RunStatus.Starting } begun)
                _watched[run.Id] = new Watch(TryStart(run.Id, begun.Attempts));
        }
    }

    /// <summary>A run that was cancelled or deleted meanwhile is not started.</summary>
    private static IReadOnlyList<RunEvent> BeginAttempt(Run run) =>
        run is { Status: RunStatus.Queued, IsDeleted: false } ? [new AttemptStarted { Attempt = run.Attempts + 1 }] : [];

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

    /// <summary>One broken run folder or a full disk must not end the supervision of the others.</summary>
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

    private void FollowOrGiveUp(string runId, Watch watch)
    {
        try
        {
            Follow(runId, watch);
        }
        catch (InvalidDataException e)
        {
            log.LogError(e, "The events of run {Run} are damaged.", runId);
            if (watch.Worker is { } worker)
            {
                launcher.Stop(worker);
                // Until it is gone it may write on.
                if (!launcher.State(worker).HasEnded)
                    return;
            }

            RunFolder run = folder.Run(runId);
            RunEventTail.CutOffDamage(run.Events, run.DamagedEvents);
            Finish(runId, RunOutcome.Failed, RunFolderReader.DamagedError);
            Forget(runId, watch);
        }
    }

    private void Follow(string runId, Watch watch)
    {
        // In this order: a worker that has ended has written all it ever will.
        WorkerState? worker = watch.Worker is { } attempt ? launcher.State(attempt) : null;
        bool ended = worker?.HasEnded ?? true;
        watch.Tail = watch.Tail.ReadOn(folder.Run(runId).Events);
        Run? run = journal.Follow(runId, watch.Tail);
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
        else
            Finish(runId, RunOutcome.Lost, "The worker disappeared while the application was not running. Start the run again.");
        Forget(runId, watch);
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
        _watched.Remove(runId);
        stream.Release(runId);
    }

    private sealed class Watch(WorkerAttempt? worker)
    {
        public WorkerAttempt? Worker { get; } = worker;
        public RunEventTail Tail { get; set; } = RunEventTail.Start;
    }
}
