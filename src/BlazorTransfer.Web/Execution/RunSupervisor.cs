using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Execution;

/// <summary>
/// Starts queued runs in order, follows what their workers report, notices their end however it comes, and carries out
/// cancellation: a file asks, then patience, then a kill. After a restart it finds its workers again.
/// </summary>
internal sealed class RunSupervisor(
    DocumentCollection<Run> runs,
    DataFolder folder,
    IWorkerLauncher launcher,
    RunEventStream stream,
    RunChanges changes,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock,
    ILogger<RunSupervisor> log
) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, Watch> _watched = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (Run run in Unfinished().Where(r => r.Status != RunStatus.Queued))
        {
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
        if (_watched.Count >= options.Value.WorkerSlots)
            return;
        foreach (Run run in Unfinished().Where(r => r.Status == RunStatus.Queued).Take(options.Value.WorkerSlots - _watched.Count))
        {
            // Written before the start: a crash in between leaves a run without a worker, never one with two.
            if (runs.Change(run.Id, r => r.Start())?.Status != RunStatus.Running)
                continue;
            _watched[run.Id] = new Watch(TryStart(run.Id));
            changes.Publish(run.Submission.ProjectId);
        }
    }

    private WorkerAttempt? TryStart(string runId)
    {
        try
        {
            return launcher.Start(folder.Run(runId));
        }
        catch (Exception e) when (e is FileNotFoundException or System.ComponentModel.Win32Exception)
        {
            log.LogError(e, "The worker of run {Run} could not be started.", runId);
            Finish(runId, RunOutcome.Failed, $"The worker could not be started: {e.Message}");
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
            Stop(watch);
            Run? run = runs.Change(
                runId,
                r => r.Break($"The run's record of events is damaged, so it cannot be followed. {e.Message}", clock.GetUtcNow())
            );
            if (run is not null)
                changes.Publish(run.Submission.ProjectId);
            Forget(runId, watch);
        }
    }

    private void Follow(string runId, Watch watch)
    {
        // In this order: a worker that has ended has written all it ever will.
        WorkerState? worker = watch.Worker is { } attempt ? launcher.State(attempt) : null;
        bool ended = worker?.HasEnded ?? true;
        Run? run = TakeIn(runId, watch);
        if (run is null or { Status: RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled })
        {
            // A worker that reported its end may still be closing down.
            if (ended || run is null)
                Forget(runId, watch);
            return;
        }

        if (run.Status == RunStatus.Cancelling)
            PressCancel(runId, watch);
        if (!ended)
            return;
        bool wasCancelled = run.Status == RunStatus.Cancelling;
        Finish(
            runId,
            wasCancelled ? RunOutcome.Cancelled : RunOutcome.Failed,
            wasCancelled ? null : worker?.Cause ?? "The application was stopped, and the worker with it. Start the run again."
        );
        TakeIn(runId, watch);
        Forget(runId, watch);
    }

    /// <summary>Reads what is new in the file, stores what lists show of it, and wakes who follows the run.</summary>
    private Run? TakeIn(string runId, Watch watch)
    {
        watch.Tail = watch.Tail.ReadOn(folder.Run(runId).Events);
        if (watch.Tail.Events.Count == 0)
            return runs.Find(runId);
        stream.Ring(runId);
        // Steps come several times a second and change nothing that is stored; the next other event carries the number on.
        if (watch.Tail.Events.All(e => e is StepCompleted or PhaseProgressed))
            return runs.Find(runId);
        Run? run = runs.Change(runId, r => watch.Tail.Events.Aggregate(r, (state, e) => state.Apply(e)));
        if (run is not null)
            changes.Publish(run.Submission.ProjectId);
        return run;
    }

    private void PressCancel(string runId, Watch watch)
    {
        if (watch.CancelAsked is null)
        {
            folder.Run(runId).RequestCancel();
            watch.CancelAsked = clock.GetUtcNow();
        }
        else if (clock.GetUtcNow() - watch.CancelAsked > options.Value.CancelGrace)
        {
            Stop(watch);
        }
    }

    private void Stop(Watch watch)
    {
        if (watch.Worker is { } worker)
            launcher.Stop(worker);
    }

    /// <summary>Writes the last event for a worker that could not.</summary>
    private void Finish(string runId, RunOutcome outcome, string? error)
    {
        RunFolder run = folder.Run(runId);
        double seconds = RunEventTail.Read(run.Events).Events is [var first, ..] ? (clock.GetUtcNow() - first.Time).TotalSeconds : 0;
        using var events = new RunEventWriter(run.Events, clock);
        events.Append(
            new RunFinished
            {
                Outcome = outcome,
                Error = error,
                Seconds = seconds,
            }
        );
    }

    private void Forget(string runId, Watch watch)
    {
        if (watch.Worker is { } worker)
            launcher.Release(worker);
        _watched.Remove(runId);
        stream.Ring(runId);
    }

    private sealed class Watch(WorkerAttempt? worker)
    {
        public WorkerAttempt? Worker { get; } = worker;
        public RunEventTail Tail { get; set; } = RunEventTail.Start;
        public DateTimeOffset? CancelAsked { get; set; }
    }
}
