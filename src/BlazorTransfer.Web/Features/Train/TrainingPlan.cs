using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Web.Features.Train;

/// <summary>Where the preset Best is.</summary>
internal enum PlanState
{
    /// <summary>The networks are being ranked, or will be.</summary>
    Ranking,

    /// <summary>The runs of its experiment are entered: the experiment shows the rest.</summary>
    Started,
    Failed,
    Cancelled,
}

/// <summary>
/// What the preset Best has to do on a data set, and how far it is. It is stored before anything starts, so that it goes on after a restart
/// of the application; it changes only through its methods.
/// </summary>
internal sealed record TrainingPlan
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }

    /// <summary>The account in whose name the runs are started.</summary>
    public required string StartedBy { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Name of the language in which it was started; null for English.</summary>
    public string? Language { get; init; }

    /// <summary>Networks to rank; 1 where there is nothing to rank.</summary>
    public required int Networks { get; init; }

    /// <summary>The experiment, whose id is chosen beforehand so that it is started once.</summary>
    public required string ExperimentId { get; init; }
    public PlanState State { get; init; } = PlanState.Ranking;

    /// <summary>The job that ranks the networks; null before it is accepted.</summary>
    public string? RankingJobId { get; init; }

    /// <summary>True if the job was started for this plan and ends with it; false if somebody else had started it.</summary>
    public bool OwnsRanking { get; init; }

    /// <summary>Why it failed and what to do.</summary>
    public Message? Error { get; init; }

    public bool IsAtWork => State == PlanState.Ranking;

    public TrainingPlan WithRanking(string jobId, bool isOwn) => IsAtWork ? this with { RankingJobId = jobId, OwnsRanking = isOwn } : this;

    public TrainingPlan Start() => IsAtWork ? this with { State = PlanState.Started } : this;

    public TrainingPlan Fail(Message error) =>
        IsAtWork ? this with { State = PlanState.Failed, Error = error.Map(ServerPaths.Hide) } : this;

    public TrainingPlan Cancel() => IsAtWork ? this with { State = PlanState.Cancelled } : this;
}
