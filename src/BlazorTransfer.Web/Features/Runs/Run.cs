using System.Text.Json.Serialization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// A run as lists and pages show it: the fold of the events in its folder over what was submitted. <see cref="Apply"/> is the only way
/// to change it; the database holds the result, which a rebuild reproduces.
/// </summary>
internal sealed record Run
{
    public required string Id { get; init; }
    public required RunSubmission Submission { get; init; }
    public required JobSpec Job { get; init; }
    public RunStatus Status { get; init; } = RunStatus.Queued;

    /// <summary>The name that a person gave it later; null where it has the one it was submitted with.</summary>
    public string? GivenName { get; init; }

    /// <summary>Unique in the project.</summary>
    public string Name => GivenName ?? Submission.Name;

    /// <summary>Plain text of the project's members; empty where there is none.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The name that a person gave its experiment later; null where that has the one it was submitted with.</summary>
    public string? GivenExperimentName { get; init; }

    /// <summary>Name of the experiment it belongs to; null for a run that stands alone.</summary>
    public string? ExperimentName =>
        Submission.ExperimentId is null ? null : GivenExperimentName ?? Submission.ExperimentName ?? Submission.Name;

    /// <summary>The last event of <see cref="RunFolder.Annotations"/> that was applied.</summary>
    public long LastAnnotation { get; init; }

    /// <summary>The last event that changed the run. Steps and progress do not.</summary>
    public long LastSequence { get; init; }

    /// <summary>Workers started for it so far.</summary>
    public int Attempts { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? Device { get; init; }
    public int Epoch { get; init; }
    public int Epochs { get; init; }
    public int? BestEpoch { get; init; }

    /// <summary>How many labels an image has, which decides what the accuracies below are: top-1, or the mean average precision (mAP) where
    /// an image may have several. Known once the worker has started.</summary>
    public LabelKind Kind { get; init; }

    /// <summary>Validation top-1 or mAP of the best epoch so far, 0…1; the best one there was, unless the run keeps epochs by another
    /// figure.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>Validation top-1 or mAP by epoch, for a small curve.</summary>
    public IReadOnlyList<double> Top1ByEpoch { get; init; } = [];

    /// <summary>Validation top-1 or mAP of the last epoch so far.</summary>
    public double? LastTop1 => Top1ByEpoch.Count == 0 ? null : Top1ByEpoch[^1];

    /// <summary>Top-1 or mAP on the test split with the kept weights, where there is one.</summary>
    public double? TestTop1 { get; init; }

    /// <summary>Top-1 on the labelled images of the target domain with the kept weights, where there are any.</summary>
    public double? TargetTop1 { get; init; }

    /// <summary>The accuracy of the run in lists, charts and rankings: of the best epoch, whose weights are the model. On the target, where
    /// that has labels; on the validation images otherwise.</summary>
    public double? Top1 => TargetTop1 ?? BestTop1;

    /// <summary>What is known of the kept weights on the target without a label of it; null where the run has no target.</summary>
    public LabelFreeScores? LabelFree { get; init; }

    /// <summary>Why it failed or was lost.</summary>
    public Message? Error { get; init; }

    /// <summary>An early stop was requested, and the worker has not stopped yet.</summary>
    public bool IsStopping { get; init; }

    /// <summary>Name of the account that stopped it early; null where it was not stopped, or was stopped on the command line.</summary>
    public string? StoppedBy { get; init; }

    /// <summary>The epoch in which it stopped early on request, from 1; null where it did not.</summary>
    public int? StoppedAtEpoch { get; init; }

    /// <summary>Why it cannot be stopped early now, in a sentence for the user; null where it can.</summary>
    [JsonIgnore]
    public string? WhyNotStop =>
        Status is RunStatus.Queued or RunStatus.Starting ? Texts<RunTexts>.Get("WhyNotStop.NotStarted")
        : Status != RunStatus.Running ? Texts<RunTexts>.Get("WhyNotStop.NotRunning")
        : Epochs == 1 ? Texts<RunTexts>.Get("WhyNotStop.NoEpochs")
        : BestEpoch is null ? Texts<RunTexts>.Get("WhyNotStop.NoModel")
        : null;

    /// <summary>It was deleted; nothing shows it any more.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Size of the model package; null while there is none.</summary>
    public long? PackageBytes { get; init; }

    public TimeSpan? Duration(DateTimeOffset now) => StartedAt is { } started ? (FinishedAt ?? now) - started : null;

    /// <summary>The run as it was submitted, before any event.</summary>
    public static Run Of(string id, RunSubmission submission, JobSpec job) =>
        new()
        {
            Id = id,
            Submission = submission,
            Job = job,
        };

    /// <summary>
    /// The run after the next event; an event that was applied before changes nothing. A request to cancel or to stop early may come
    /// without a number, before the worker has it in its record: it may be applied at any time while there is a worker, with the same
    /// result.
    /// </summary>
    public Run Apply(RunEvent e)
    {
        if (e is RunRenamed or ExperimentRenamed or NotesChanged)
            return Annotated(e);
        if (e is StepCompleted or PhaseProgressed || (e.Sequence > 0 && e.Sequence <= LastSequence))
            return this;
        Run next = e.Sequence == 0 ? this : this with { LastSequence = e.Sequence };
        return e switch
        {
            // Again where its worker was never started.
            RunQueued => next with { Status = Status == RunStatus.Starting ? RunStatus.Queued : Status },
            AttemptStarted a => next with
            {
                Status = Status == RunStatus.Queued ? RunStatus.Starting : Status,
                Attempts = a.Attempt,
                StartedAt = StartedAt ?? e.Time,
            },
            RunCancelRequested => Status.IsFinal() ? next : next with { Status = RunStatus.Cancelling },
            RunStopRequested s => Status.IsFinal() ? next : next with { IsStopping = true, StoppedBy = s.By },
            RunFinished f => next with
            {
                Status = StatusOf(f.Outcome),
                IsStopping = false,
                // A request that came too late has stopped nothing.
                StoppedBy = f.StoppedAtEpoch is null ? null : StoppedBy,
                StoppedAtEpoch = f.StoppedAtEpoch,
                Error = f.Failure?.Map(ServerPaths.Hide),
                FinishedAt = f.Time,
            },
            RunDeleted => next with { IsDeleted = true },
            RunStarted
            or EpochCompleted
            or SamplesPredicted
            or EvaluationCompleted
            or CheckpointSaved
            or ArtifactWritten
            or MessageLogged => next.AtWork(e.Time).FromWorker(e),
            StepCompleted or PhaseProgressed or RunRenamed or ExperimentRenamed or NotesChanged => throw new InvalidOperationException(
                "They were handled above."
            ),
            _ => throw new InvalidOperationException($"No rule for {e.GetType().Name}."),
        };
    }

    /// <summary>The run with the names and notes that another state of it has.</summary>
    public Run WithAnnotationsOf(Run other) =>
        this with
        {
            GivenName = other.GivenName,
            Notes = other.Notes,
            GivenExperimentName = other.GivenExperimentName,
            LastAnnotation = other.LastAnnotation,
        };

    // Their numbers are their own: the worker numbers the other events.
    private Run Annotated(RunEvent e)
    {
        if (e.Sequence <= LastAnnotation)
            return this;
        Run next = this with { LastAnnotation = e.Sequence };
        return e switch
        {
            RunRenamed renamed => next with { GivenName = renamed.Name },
            ExperimentRenamed renamed => next with { GivenExperimentName = renamed.Name },
            NotesChanged changed => next with { Notes = changed.Notes },
            _ => throw new InvalidOperationException($"{e.GetType().Name} is no annotation."),
        };
    }

    /// <summary>The run folders of earlier versions begin with the worker's first event.</summary>
    private Run AtWork(DateTimeOffset time) =>
        this with
        {
            Status = Status is RunStatus.Queued or RunStatus.Starting ? RunStatus.Running : Status,
            StartedAt = StartedAt ?? time,
        };

    private Run FromWorker(RunEvent e) =>
        e switch
        {
            RunStarted s => this with { Device = s.DeviceDescription, Epochs = s.Epochs, Kind = s.Kind },
            EpochCompleted c => AfterEpoch(c),
            EvaluationCompleted { OfTarget: true } t => t.Metrics.TryGetValue(MetricKeys.TargetTop1, out double target)
                ? this with
                {
                    TargetTop1 = target,
                }
                : this,
            EvaluationCompleted v => MetricKeys.Main(v.Metrics, MetricKeys.TestTop1) is { } test
                ? this with
                {
                    TestTop1 = test.Value,
                }
                : this,
            ArtifactWritten a => this with { PackageBytes = a.Bytes },
            _ => this,
        };

    private Run AfterEpoch(EpochCompleted e)
    {
        double? top1 = MetricKeys.Main(e.Metrics, MetricKeys.ValidationTop1)?.Value;
        return this with
        {
            Epoch = e.Epoch,
            Top1ByEpoch = top1 is null ? Top1ByEpoch : [.. Top1ByEpoch, Math.Round(top1.Value, 4)],
            BestEpoch = e.IsBest ? e.Epoch : BestEpoch,
            BestTop1 = e.IsBest ? top1 : BestTop1,
            LabelFree = e.IsBest ? LabelFreeScores.Of(e.Metrics) : LabelFree,
        };
    }

    private static RunStatus StatusOf(RunOutcome outcome) =>
        outcome switch
        {
            RunOutcome.Succeeded => RunStatus.Succeeded,
            RunOutcome.Failed => RunStatus.Failed,
            RunOutcome.Cancelled => RunStatus.Cancelled,
            RunOutcome.Lost => RunStatus.Lost,
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
        };
}
