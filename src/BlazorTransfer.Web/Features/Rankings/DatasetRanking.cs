using BlazorTransfer.Core.Ranking;

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

/// <summary>A ranking that was begun and is not over, kept so that a restart of the application begins it anew.</summary>
internal sealed record RankingRequest
{
    public required string ProjectId { get; init; }
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }
    public required string StartedBy { get; init; }
    public required RankingJob Job { get; init; }

    /// <summary>How often it was begun: one that may be what ends the application is not begun for ever.</summary>
    public int Attempts { get; init; } = 1;
}

/// <summary>A ranking at work, or one that failed; in memory only.</summary>
internal sealed record RankingActivity
{
    public required string ProjectId { get; init; }
    public required string DatasetId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public RankingProgressed? Progress { get; init; }

    /// <summary>Candidates that are done already.</summary>
    public IReadOnlyList<RankedCandidate> Done { get; init; } = [];

    /// <summary>Why it ended without a report, in words; null while it is at work.</summary>
    public string? Error { get; init; }

    public bool IsAtWork => Error is null;

    public RankingActivity Apply(RankingEvent happened) =>
        happened switch
        {
            RankingProgressed e => this with { Progress = e },
            CandidateRanked e => this with { Done = [.. Done, e.Candidate] },
            RankingFinished => this,
            _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
        };
}
