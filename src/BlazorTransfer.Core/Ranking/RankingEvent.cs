using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Ranking;

/// <summary>A line that <c>worker rank --json</c> prints. The hierarchy is closed; the last line is the report.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RankingProgressed), "progress")]
[JsonDerivedType(typeof(CandidateRanked), "candidate")]
[JsonDerivedType(typeof(RankingFinished), "finished")]
public abstract record RankingEvent
{
    private protected RankingEvent() { }
}

/// <summary>How far it is. Throttled at the source.</summary>
/// <param name="Stage">What is done now.</param>
/// <param name="Candidate">With which candidate; null while images are read for all of them.</param>
/// <param name="Number">The candidate's number, from 1; 0 while images are read.</param>
/// <param name="Candidates">How many there are.</param>
/// <param name="Done">Images done in this stage, out of <paramref name="Total"/>.</param>
/// <param name="Total">Images of this stage.</param>
public sealed record RankingProgressed(RankingStage Stage, string? Candidate, int Number, int Candidates, int Done, int Total)
    : RankingEvent
{
    /// <summary>Of the whole ranking, 0…1: candidates count alike, the reading of images as one of them.</summary>
    [JsonIgnore]
    public double Fraction =>
        Candidates == 0
            ? 0
            : (
                Number
                + (
                    Stage == RankingStage.Scoring ? 1
                    : Total == 0 ? 0
                    : (double)Done / Total
                )
            ) / (Candidates + 1);
}

public enum RankingStage
{
    ReadingImages,
    ExtractingFeatures,
    Scoring,
}

/// <summary>A candidate is done.</summary>
public sealed record CandidateRanked(RankedCandidate Candidate) : RankingEvent;

/// <summary>All are done.</summary>
public sealed record RankingFinished(RankingReport Report) : RankingEvent;
