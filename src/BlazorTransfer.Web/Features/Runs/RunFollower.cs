using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Follows a run that is at work: what its worker reports, its silence, and its end however it comes.</summary>
internal sealed class RunFollower(
    DocumentCollection<Run> runs,
    RunJournal journal,
    DataFolder folder,
    IWorkerLauncher launcher,
    SilentWorkers silent,
    RunChanges changes,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock,
    ILogger<RunFollower> log
)
{
    /// <summary>Looks at a run once.</summary>
    /// <returns>Whether the run and its worker have ended.</returns>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public bool Follow(string runId, RunWatch watch)
    {
        try
        {
            return Look(runId, watch);
        }
        catch (InvalidDataException e)
        {
            log.LogError(e, "The events of run {Run} are damaged.", runId);
            if (!HasStopped(watch))
                return false;
            RunFolder run = folder.Run(runId);
            RunEventTail.CutOffDamage(run.Events, run.DamagedEvents);
            Finish(runId, RunOutcome.Failed, RunFolderReader.DamagedError);
            return true;
        }
    }

    /// <summary>Reads what there is of new events, and lets the others see it.</summary>
    public Run? ReadOn(string runId, RunWatch watch)
    {
        while (true)
        {
            RunEventTail tail = watch.Tail.ReadOn(folder.Run(runId).Events);
            Run? run = journal.Follow(runId, tail);
            // Now that it is stored: what could not be stored is read again.
            watch.Tail = tail;
            if (run is null || tail.IsAtEnd)
                return run;
        }
    }

    /// <summary>Kills the worker of a run. Until it is gone it may write on.</summary>
    public bool HasStopped(RunWatch? watch)
    {
        if (watch?.Worker is not { } worker)
            return true;
        launcher.Stop(worker);
        return launcher.State(worker).HasEnded;
    }

    /// <summary>Records the end of a run whose worker could not.</summary>
    public void Finish(string runId, RunOutcome outcome, Message? error) =>
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
                            Failure = error,
                            Seconds = run.StartedAt is { } started ? (clock.GetUtcNow() - started).TotalSeconds : 0,
                        },
                    ]
        );

    /// <summary>Shows that a worker is silent, or is not.</summary>
    public void Report(string runId, TimeSpan? silence)
    {
        if (!silent.Set(runId, silence))
            return;
        if (silence == SilenceWatch.Step)
            log.LogWarning("The worker of run {Run} has been silent for {Seconds} s.", runId, silence.Value.TotalSeconds);
        if (runs.Find(runId) is { } run)
            changes.Publish(run.Submission.ProjectId);
    }

    private bool Look(string runId, RunWatch watch)
    {
        RunFolder runFolder = folder.Run(runId);
        RequireFolder(runFolder);
        RequireRead(runFolder, watch.Tail);
        // In this order: a worker that has ended has written all it ever will.
        WorkerState? worker = watch.Worker is { } attempt ? launcher.State(attempt) : null;
        bool ended = worker?.HasEnded ?? true,
            isTaken = ended && RunLock.IsTaken(runFolder);
        Run? run = ReadOn(runId, watch);
        watch.Silence.Look(runFolder, watch.Tail.Position);
        if (run is null)
            return true;
        if (isTaken)
        {
            // A worker that was not started from here, or that outlived what is known of it. The folder's lock says that it lives.
            watch.Worker = launcher.Find(runFolder);
            ended = false;
        }

        Report(runId, ended || run.Status.IsFinal() ? null : watch.Silence.Silence);
        if (ended && UnfinishedFiles.Delete(runFolder) is > 0 and int count)
            log.LogInformation("Deleted {Count} files that the worker of run {Run} had not finished.", count, runId);
        // A worker that reported its end may still be closing down.
        if (run.Status.IsFinal())
            return ended;
        if (ended)
            End(run, watch, worker);
        else if (run.Status == RunStatus.Cancelling)
            KillIfPatienceEnded(runFolder, watch);
        return ended;
    }

    private void End(Run run, RunWatch watch, WorkerState? worker)
    {
        if (run.Status == RunStatus.Cancelling)
            Finish(run.Id, RunOutcome.Cancelled, error: null);
        else if (worker?.Cause is { } cause)
            Finish(run.Id, RunOutcome.Failed, cause);
        else if (watch.Worker is null && NeverHadWorker(run))
            journal.Record(run.Id, r => r.Status == RunStatus.Starting ? [new RunQueued()] : []);
        else
            Finish(
                run.Id,
                RunOutcome.Lost,
                Message.Of("run.worker-disappeared", $"The worker disappeared while the application was not running. Start the run again.")
            );
    }

    /// <exception cref="DirectoryNotFoundException">Somebody has deleted it.</exception>
    public static void RequireFolder(RunFolder run)
    {
        if (!Directory.Exists(run.Path))
            throw new DirectoryNotFoundException("Its folder is missing.");
    }

    /// <exception cref="FileNotFoundException">What was read of the record of events is not there any more.</exception>
    private static void RequireRead(RunFolder run, RunEventTail tail)
    {
        var events = new FileInfo(run.Events);
        if (tail.Position > 0 && !(events.Exists && events.Length >= tail.Position))
            throw new FileNotFoundException("Its record of events is missing.");
    }

    /// <summary>The application ended between the record of the attempt and the start of its worker.</summary>
    private bool NeverHadWorker(Run run)
    {
        RunFolder runFolder = folder.Run(run.Id);
        return run.Status == RunStatus.Starting
            && (ProtocolJson.TryRead<WorkerProcessRecord>(runFolder.WorkerProcess) is not { } record || record.Attempt < run.Attempts)
            && ProtocolJson.TryRead<WorkerAttempt>(runFolder.Attempt)?.Attempt != run.Attempts;
    }

    private void KillIfPatienceEnded(RunFolder run, RunWatch watch)
    {
        if (
            run.ReadCancelRequest() is { } request
            && clock.GetUtcNow() - request.Time > options.Value.CancelGrace
            && watch.Worker is { } worker
        )
            launcher.Stop(worker);
    }
}
