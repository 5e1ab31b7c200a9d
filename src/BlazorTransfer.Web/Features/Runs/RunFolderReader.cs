using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Reads a run from its folder: the fold of its events over what was submitted. Folders of earlier versions are brought up to
/// date first.</summary>
internal sealed class RunFolderReader(DataFolder folder, TimeProvider clock)
{
    /// <summary>The run as its folder has it.</summary>
    /// <exception cref="InvalidDataException">The folder does not hold a whole run.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public Run Read(string runId)
    {
        RunFolder runFolder = folder.Run(runId);
        RunSubmission submission = RunSubmission.Load(runFolder);
        JobSpec job = JobSpec.Load(runFolder.Job);
        Run fresh = Run.Of(runId, submission, Upgraded(job));
        Run run = Events(runFolder).Concat(Annotations(runFolder)).Aggregate(fresh, (state, e) => state.Apply(e));
        if (run.LastSequence == 0 && job.Format == JobSpec.CurrentFormat)
            throw new InvalidDataException("It was never entered into the queue completely.");
        return run.Status.HasWorker() ? runFolder.ReadRequests().Aggregate(run, (state, request) => state.Apply(request)) : run;
    }

    /// <summary>
    /// Brings the folder of an earlier version up to date: relative paths in its job, and events for what only the database knew, such
    /// as a run that was cancelled in the queue. One with a worker is left as it is until that has ended.
    /// </summary>
    /// <returns>The run as its folder has it then.</returns>
    /// <inheritdoc cref="Read" path="/exception"/>
    public Run Upgrade(Run stored)
    {
        RunFolder runFolder = folder.Run(stored.Id);
        RunEvent? last = Events(runFolder).LastOrDefault();
        List<RunEvent> missing = [];
        if (last is null)
            missing.Add(new RunQueued { Time = stored.Submission.SubmittedAt });
        if (stored.Status.IsFinal() && last is not RunFinished)
            missing.Add(
                new RunFinished
                {
                    Outcome = OutcomeOf(stored.Status),
                    Failure = stored.Error,
                    Seconds = 0,
                    Time = stored.FinishedAt ?? clock.GetUtcNow(),
                }
            );
        if (missing.Count > 0)
        {
            using var writer = new RunEventWriter(runFolder.Events, clock);
            missing.ForEach(e => writer.Append(e));
        }

        // Last, since the format says that all of this was done.
        Upgraded(JobSpec.Load(runFolder.Job)).Save(runFolder.Job);
        return Read(stored.Id);
    }

    private JobSpec Upgraded(JobSpec job) => job.Relative(folder.Paths.RelativeIfInside);

    /// <summary>A record that was damaged ends before the damage: the run failed there, unless it had ended.</summary>
    private IEnumerable<RunEvent> Events(RunFolder runFolder)
    {
        // Where a worker still writes, the supervisor mends the record once that has ended.
        if (!RunLock.IsTaken(runFolder) && RunEventTail.CutOffDamage(runFolder.Events, runFolder.DamagedEvents) is not null)
        {
            using var writer = new RunEventWriter(runFolder.Events, clock);
            writer.Append(
                new RunFinished
                {
                    Outcome = RunOutcome.Failed,
                    Failure = DamagedError,
                    Seconds = 0,
                }
            );
        }

        return RunEventTail.All(runFolder.Events);
    }

    /// <summary>Names and notes. Of a damaged record, those before the damage.</summary>
    private static IEnumerable<RunEvent> Annotations(RunFolder runFolder)
    {
        RunEventTail.CutOffDamage(runFolder.Annotations, runFolder.DamagedAnnotations);
        return RunEventTail.All(runFolder.Annotations);
    }

    /// <summary>Said of a run whose events cannot be read any further.</summary>
    public static Message DamagedError { get; } =
        Message.Of("run.damaged-record", $"The run's record of events is damaged, so it cannot be followed. Start the run again.");

    private static RunOutcome OutcomeOf(RunStatus status) =>
        status switch
        {
            RunStatus.Succeeded => RunOutcome.Succeeded,
            RunStatus.Failed => RunOutcome.Failed,
            RunStatus.Cancelled => RunOutcome.Cancelled,
            RunStatus.Lost => RunOutcome.Lost,
            RunStatus.Queued or RunStatus.Starting or RunStatus.Running or RunStatus.Cancelling => throw new ArgumentOutOfRangeException(
                nameof(status),
                status,
                "The run has not ended."
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };
}
