using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Adaptation;
using BlazorTransfer.Web.Features.Experiments;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// What is asked of a run and by whom; lies in its folder as <c>submission.json</c>, so that the database can be rebuilt from
/// the folders.
/// </summary>
internal sealed record RunSubmission
{
    public const string FileName = "submission.json";

    public required string ProjectId { get; init; }

    /// <summary>Counts the project's runs, from 1.</summary>
    public required int Number { get; init; }
    public required string Name { get; init; }
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }
    public required string DatasetName { get; init; }
    public required string SubmittedBy { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public string? WeightsId { get; init; }

    /// <summary>The run whose model this one starts from; null where it starts from imported or random weights.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>The run whose model it learns from beside the labels; null where it has no teacher.</summary>
    public string? TeacherRunId { get; init; }

    /// <summary>Shared by runs that were asked for together: they differ in their seed, their fold or, in a search, their settings. Null
    /// for one that stands alone.</summary>
    public string? ExperimentId { get; init; }

    /// <summary>The search that it is a trial of; null where it is none.</summary>
    public SearchPlan? Search { get; init; }

    /// <summary>Which trial, from 1; 0 outside a search.</summary>
    public int Trial { get; init; }

    /// <summary>Which round of the search, from 0.</summary>
    public int Round { get; init; }

    /// <summary>The data set of the target domain; null where there is none.</summary>
    public string? TargetDatasetId { get; init; }

    /// <summary>What people call the target, such as <c>Line B v1, light=cold</c>.</summary>
    public string? TargetName { get; init; }

    /// <summary>What it is in a comparison of a method of adaptation with its baselines; null outside of one.</summary>
    public AdaptationPart? Part { get; init; }

    /// <summary>The runs whose models went into this one: what it starts from, and its teacher.</summary>
    public IEnumerable<string> Origins() => new[] { ParentRunId, TeacherRunId }.OfType<string>().Distinct();
}

/// <summary>
/// A run as lists show it: a projection of its folder. It changes only through its methods; <see cref="Apply"/> takes in what
/// the worker reported, in order.
/// </summary>
internal sealed record Run
{
    public required string Id { get; init; }
    public required RunSubmission Submission { get; init; }
    public required JobSpec Job { get; init; }
    public RunStatus Status { get; init; } = RunStatus.Queued;

    /// <summary>The last event taken in; the next one has the number after it.</summary>
    public long LastSequence { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? Device { get; init; }
    public int Epoch { get; init; }
    public int Epochs { get; init; }
    public int? BestEpoch { get; init; }

    /// <summary>Validation top-1 of the best epoch so far, 0…1; the best one there was, unless the run keeps epochs by another
    /// figure.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>Validation top-1 by epoch, for a small curve.</summary>
    public IReadOnlyList<double> Top1ByEpoch { get; init; } = [];

    /// <summary>Validation top-1 of the last epoch so far.</summary>
    public double? LastTop1 => Top1ByEpoch.Count == 0 ? null : Top1ByEpoch[^1];

    /// <summary>Top-1 on the test split with the kept weights, where there is one.</summary>
    public double? TestTop1 { get; init; }

    /// <summary>Top-1 on the labelled images of the target domain with the kept weights, where there are any.</summary>
    public double? TargetTop1 { get; init; }

    /// <summary>Top-1 on the kind of images that the model is for: the target's, where its labels tell, else the validation
    /// split's.</summary>
    public double? Top1 => TargetTop1 ?? BestTop1;

    /// <summary>What is known of the kept weights on the target without a label of it; null where the run has no target.</summary>
    public LabelFreeScores? LabelFree { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>Size of the model package; null while there is none.</summary>
    public long? PackageBytes { get; init; }

    public TimeSpan? Duration(DateTimeOffset now) => StartedAt is { } started ? (FinishedAt ?? now) - started : null;

    public Run Start() => Status == RunStatus.Queued ? this with { Status = RunStatus.Running } : this;

    public Run RequestCancel(DateTimeOffset now) =>
        Status switch
        {
            RunStatus.Queued => this with { Status = RunStatus.Cancelled, FinishedAt = now },
            RunStatus.Running => this with { Status = RunStatus.Cancelling },
            RunStatus.Cancelling or RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled => this,
            _ => throw new InvalidOperationException($"No rule for {Status}."),
        };

    /// <summary>Ends a run whose events cannot be read any more; nothing could be added to them either.</summary>
    public Run Break(string reason, DateTimeOffset now) =>
        Status.IsFinal() ? this : this with { Status = RunStatus.Failed, Error = reason, FinishedAt = now };

    /// <summary>Takes in the next event; one that was taken in before changes nothing.</summary>
    public Run Apply(RunEvent e)
    {
        if (e.Sequence <= LastSequence)
            return this;
        Run next = this with
        {
            LastSequence = e.Sequence,
            Status = Status == RunStatus.Queued ? RunStatus.Running : Status,
            StartedAt = StartedAt ?? e.Time,
        };
        return e switch
        {
            RunStarted s => next with { Device = s.DeviceDescription, Epochs = s.Epochs },
            EpochCompleted c => next.TakeIn(c),
            EvaluationCompleted { OfTarget: true } t => t.Metrics.TryGetValue(MetricKeys.TargetTop1, out double target)
                ? next with
                {
                    TargetTop1 = target,
                }
                : next,
            EvaluationCompleted v => v.Metrics.TryGetValue(MetricKeys.TestTop1, out double test) ? next with { TestTop1 = test } : next,
            ArtifactWritten a => next with { PackageBytes = a.Bytes },
            RunFinished f => next with { Status = StatusOf(f.Outcome), Error = f.Error, FinishedAt = f.Time },
            PhaseProgressed or StepCompleted or SamplesPredicted or CheckpointSaved or MessageLogged => next,
            _ => throw new InvalidOperationException($"No rule for {e.GetType().Name}."),
        };
    }

    private Run TakeIn(EpochCompleted e)
    {
        double? top1 = e.Metrics.TryGetValue(MetricKeys.ValidationTop1, out double value) ? value : null;
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
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
        };
}
