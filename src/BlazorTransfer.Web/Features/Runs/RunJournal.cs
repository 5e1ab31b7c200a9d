using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// Records what happens to runs: the event goes into the run's folder, then into the stored run, and then readers learn of it. The web
/// process writes events only while no worker does, before a worker's start and after its end, and takes the folder's lock for that. See
/// ADR 16 and 20.
/// </summary>
internal sealed class RunJournal(
    DocumentCollection<Run> runs,
    DataFolder folder,
    RunEventStream stream,
    RunChanges changes,
    TimeProvider clock
)
{
    private readonly Lock _writing = new();

    /// <summary>Creates the folder of a run and enters it into the queue. The folder comes first: a stored run without one could not
    /// run.</summary>
    public Run Enter(RunSubmission submission, JobSpec job)
    {
        string id = Ids.New();
        job = job.Relative(folder.Paths.Relative) with { RunId = id };
        RunFolder runFolder = folder.Run(id);
        try
        {
            runFolder.Create();
            job.Save(runFolder.Job);
            submission.Save(runFolder);
            lock (_writing)
            {
                Run run = Append(runFolder, Run.Of(id, submission, job), [new RunQueued { Time = submission.SubmittedAt }]);
                runs.Add(run);
                Publish(run);
                return run;
            }
        }
        catch (IOException)
        {
            DiscardUnlessStored(id);
            throw;
        }
    }

    /// <summary>Removes what there is of a run that could not be entered. If it was stored after all, it stays in the queue; if nobody can
    /// know, the next start decides.</summary>
    private void DiscardUnlessStored(string runId)
    {
        try
        {
            if (runs.Find(runId) is null)
                folder.Discard(runId);
        }
        catch (IOException) { }
    }

    /// <summary>Records events of a run without a worker.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="decide">Gets the run as its folder has it, and says what happened to it; nothing where it says nothing.</param>
    /// <returns>The run afterwards; null where there is none.</returns>
    public Run? Record(string runId, Func<Run, IReadOnlyList<RunEvent>> decide)
    {
        lock (_writing)
        {
            if (runs.Find(runId) is not { } stored)
                return null;
            RunFolder runFolder = folder.Run(runId);
            // The folder may be ahead of the database, which a crash left behind.
            Run run = RunEventTail.All(runFolder.Events, stored.LastSequence).Aggregate(stored, (state, e) => state.Apply(e));
            // Readers wait until the database has what they are about to see.
            stream.Hold(runId, run.LastSequence);
            run = Append(runFolder, run, decide(run));
            runs.Change(runId, _ => run);
            Publish(run);
            return run;
        }
    }

    /// <summary>Records what a person said about a run: its name or its notes. A worker may be at work meanwhile.</summary>
    /// <returns>The run afterwards; null where there is none.</returns>
    public Run? Annotate(string runId, params IReadOnlyList<RunEvent> annotations)
    {
        lock (_writing)
        {
            if (runs.Find(runId) is not { } stored)
                return null;
            RunFolder runFolder = folder.Run(runId);
            RunEventTail.CutOffDamage(runFolder.Annotations, runFolder.DamagedAnnotations);
            using (var writer = new RunEventWriter(runFolder.Annotations, clock))
            {
                foreach (RunEvent annotation in annotations)
                    writer.Append(annotation);
            }

            // The folder may be ahead of the database, which a crash left behind.
            RunEvent[] news = [.. RunEventTail.All(runFolder.Annotations, stored.LastAnnotation)];
            Run? run = runs.Change(runId, r => news.Aggregate(r, (state, e) => state.Apply(e)));
            changes.Publish(stored.Submission.ProjectId);
            return run;
        }
    }

    /// <summary>Stores what a worker has written, and lets readers see it.</summary>
    public Run? Follow(string runId, RunEventTail tail)
    {
        Run? run;
        lock (_writing)
            run = tail.Events.All(e => e is StepCompleted or PhaseProgressed)
                ? runs.Find(runId)
                : runs.Change(runId, r => tail.Events.Aggregate(r, (state, e) => state.Apply(e)));
        if (run is null || tail.Events.Count == 0)
            return run;
        stream.Publish(runId, tail);
        if (run.LastSequence >= tail.Events[0].Sequence)
            changes.Publish(run.Submission.ProjectId);
        return run;
    }

    /// <summary>Cancels a run: at once in the queue, by a request to its worker otherwise. A run that has ended stays as it is.</summary>
    public Run? Cancel(string runId)
    {
        lock (_writing)
        {
            Run? run = runs.Find(runId);
            if (run is { Status: RunStatus.Queued })
                return Record(
                    runId,
                    r =>
                        r.Status == RunStatus.Queued
                            // One event: of two, a full disk may take the first alone, and nobody would end the run.
                            ? [new RunFinished { Outcome = RunOutcome.Cancelled, Seconds = 0 }]
                            : []
                );
            if (run is null || !run.Status.HasWorker())
                return run;
            RunCancelRequested request = folder.Run(runId).RequestCancel(clock.GetUtcNow());
            run = runs.Change(runId, r => r.Apply(request))!;
            stream.Publish(runId, request);
            changes.Publish(run.Submission.ProjectId);
            return run;
        }
    }

    /// <summary>Asks the worker of a run to stop early and keep its best epoch. A run without a worker stays as it is.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="by">Name of the account.</param>
    public Run? Stop(string runId, string by)
    {
        lock (_writing)
        {
            Run? run = runs.Find(runId);
            if (run is null || !run.Status.HasWorker())
                return run;
            RunStopRequested request = folder.Run(runId).RequestStop(clock.GetUtcNow(), by);
            run = runs.Change(runId, r => r.Apply(request))!;
            stream.Publish(runId, request);
            changes.Publish(run.Submission.ProjectId);
            return run;
        }
    }

    /// <summary>Ends a run whose folder cannot be used. The stored run has the end in any case, and the record of events where that can be
    /// written.</summary>
    public void Break(string runId, Message reason)
    {
        var end = new RunFinished
        {
            Outcome = RunOutcome.Failed,
            Failure = reason,
            Seconds = 0,
        };
        lock (_writing)
        {
            try
            {
                RunFolder runFolder = folder.Run(runId);
                RunEventTail.CutOffDamage(runFolder.Events, runFolder.DamagedEvents);
                Record(runId, r => r.Status.IsFinal() ? [] : [end]);
            }
            catch (Exception e) when (IsFaultOfFolder(e)) { }

            // Without a number it applies in any case.
            Run? run = runs.Change(runId, r => r.Status.IsFinal() ? r : r.Apply(end with { Time = clock.GetUtcNow() }));
            if (run is not null)
                Publish(run);
        }
    }

    /// <summary>Deletes a run that has ended, with its folder.</summary>
    public void Delete(Run run)
    {
        RunFolder runFolder = folder.Run(run.Id);
        if (Directory.Exists(runFolder.Path))
        {
            try
            {
                RunEventTail.CutOffDamage(runFolder.Events, runFolder.DamagedEvents);
                Record(run.Id, _ => [new RunDeleted()]);
            }
            catch (Exception e) when (IsFaultOfFolder(e))
            {
                // The folder goes with the run, whatever is wrong with it.
            }
        }

        runs.Remove(run.Id);
        folder.Discard(run.Id);
        changes.Publish(run.Submission.ProjectId);
    }

    private static bool IsFaultOfFolder(Exception e) =>
        e is IOException or UnauthorizedAccessException or InvalidDataException && !DiskFullException.IsCauseOf(e);

    private Run Append(RunFolder runFolder, Run run, IReadOnlyList<RunEvent> events)
    {
        if (events.Count == 0)
            return run;
        // Whoever only asks whether a worker has the folder has it for a moment.
        using RunLock held = RunLock.Take(runFolder, tries: 4);
        // A worker that nobody can see may only be paused.
        bool mayComeBack = events.Any(e => e is AttemptStarted { Attempt: > 1 } or RunFinished { Outcome: RunOutcome.Lost });
        using var writer = mayComeBack ? RunEventWriter.After(runFolder.Events, clock) : new RunEventWriter(runFolder.Events, clock);
        return events.Aggregate(run, (state, e) => state.Apply(writer.Append(e)));
    }

    private void Publish(Run run)
    {
        // From the start of its worker on, the supervisor says how far readers may read.
        if (run.Status.HasWorker())
            stream.Hold(run.Id, run.LastSequence);
        else
            stream.Release(run.Id);
        stream.Ring(run.Id);
        changes.Publish(run.Submission.ProjectId);
    }
}
