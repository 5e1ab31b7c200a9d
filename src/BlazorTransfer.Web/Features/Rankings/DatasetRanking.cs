using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Jobs;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>The last finished ranking on a version of a data set; a new one replaces it.</summary>
internal sealed record DatasetRanking
{
    public required string ProjectId { get; init; }
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }
    public required string StartedBy { get; init; }
    public required DateTimeOffset FinishedAt { get; init; }
    public required RankingReport Report { get; init; }

    public static string IdOf(string datasetId, int version) => $"{datasetId}-v{version}";
}

/// <summary>A ranking that is queued, running or failed.</summary>
internal sealed record RankingActivity
{
    public required string JobId { get; init; }
    public required JobState State { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public RankingProgressed? Progress { get; init; }

    /// <summary>Candidates that are done already.</summary>
    public IReadOnlyList<RankedCandidate> Done { get; init; } = [];

    /// <summary>Why it ended without a report, in words; null while it is queued or running.</summary>
    public Message? Error { get; init; }

    public bool IsAtWork => !State.IsFinal();

    public static RankingActivity Of(BackgroundJob job) =>
        new()
        {
            JobId = job.Id,
            State = job.State,
            StartedAt = job.StartedAt ?? job.CreatedAt,
            Error = job.Error,
        };

    public RankingActivity Apply(RankingEvent happened) =>
        happened switch
        {
            RankingProgressed e => this with { Progress = e },
            CandidateRanked e => this with { Done = [.. Done, e.Candidate] },
            RankingFinished => this,
            _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
        };
}
