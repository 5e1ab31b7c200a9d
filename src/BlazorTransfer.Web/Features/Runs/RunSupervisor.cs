using System.Threading.Channels;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// Starts queued runs in order, follows those at work, and gives up what cannot be started or followed. After a restart it finds its
/// workers again. It looks five times a second, and reads events at once where the file system reports changes.
/// </summary>
internal sealed class RunSupervisor(
    DocumentCollection<Run> runs,
    RunJournal journal,
    RunRebuild rebuild,
    DataFolder folder,
    IWorkerLauncher launcher,
    RunEventStream stream,
    RunFollower follower,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock,
    ILogger<RunSupervisor> log
) : BackgroundService
{
    private const int MostFailures = 3;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, RunWatch> _watched = [];

    /// <summary>Holds one sign that there is news of some run.</summary>
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );

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
            _watched[run.Id] = Watch(run.Id, worker);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        Task<bool> tick = timer.WaitForNextTickAsync(stoppingToken).AsTask(),
            news = _bell.Reader.ReadAsync(stoppingToken).AsTask();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAny(tick, news);
            if (news.IsCompleted)
            {
                await news;
                news = _bell.Reader.ReadAsync(stoppingToken).AsTask();
                foreach ((string runId, RunWatch watch) in _watched.Where(w => w.Value.TakeNews()))
                    Deliver(runId, watch);
            }

            if (tick.IsCompleted)
            {
                await tick;
                tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                Attempt("Starting runs", StartNext);
                foreach ((string runId, RunWatch watch) in _watched.ToArray())
                    Attempt(
                        runId,
                        watch,
                        () =>
                        {
                            if (follower.Follow(runId, watch))
                                Forget(runId, watch);
                        }
                    );
            }
        }
    }

    public override void Dispose()
    {
        foreach (RunWatch watch in _watched.Values)
            watch.Dispose();
        base.Dispose();
    }

    private RunWatch Watch(string runId, WorkerAttempt? worker) => new(folder.Run(runId), worker, clock, () => _bell.Writer.TryWrite(true));

    /// <summary>Passes on what a worker has just written. What fails here is done again, and counted, at the next tick: signs come in quick
    /// succession, and one passing fault must not count several times.</summary>
    private void Deliver(string runId, RunWatch watch)
    {
        try
        {
            follower.ReadOn(runId, watch);
        }
        catch (Exception e)
        {
            log.LogDebug(e, "Events of run {Run} could not be passed on at once.", runId);
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
        RunFollower.RequireFolder(folder.Run(run.Id));
        // Recorded before the start: a crash in between leaves a run without a worker, never one with two.
        if (journal.Record(run.Id, BeginAttempt) is { Status: RunStatus.Starting } begun)
            _watched[run.Id] = Watch(run.Id, TryStart(run.Id, begun.Attempts));
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
            follower.Finish(
                runId,
                RunOutcome.Failed,
                Message.Of("worker.not-started", $"The worker could not be started. The application's log says why.")
            );
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
    private void Attempt(string runId, RunWatch? watch, Action action)
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
        catch (RunTakenException)
        {
            // A worker that nobody here knows of has the folder; once it has ended the run goes on.
            if (_failures.TryAdd(runId, 0))
                log.LogWarning("Another worker has the folder of run {Run}, which waits until that has ended.", runId);
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

    private void GiveUp(string runId, RunWatch? watch, Exception failure)
    {
        if (!follower.HasStopped(watch))
            return;
        journal.Break(
            runId,
            Message.Of(
                "run.folder-unusable",
                $"The run's folder cannot be used: {folder.Paths.Hide(failure.Message).TrimEnd('.')}. Start the run again."
            )
        );
        _failures.Remove(runId);
        if (watch is not null)
            Forget(runId, watch);
    }

    private void Forget(string runId, RunWatch watch)
    {
        if (watch.Worker is { } worker)
            launcher.Release(worker);
        watch.Dispose();
        _watched.Remove(runId);
        follower.Report(runId, silence: null);
        stream.Release(runId);
    }
}
