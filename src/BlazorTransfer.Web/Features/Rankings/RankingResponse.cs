using BlazorTransfer.Core.Ranking;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Rankings of backbones on a data set, as the API gives them.</summary>
/// <param name="Activity">A ranking that is at work or failed; null where there is none.</param>
/// <param name="Last">The last finished ranking; null where there is none.</param>
internal sealed record RankingResponse(RankingActivityResponse? Activity, FinishedRankingResponse? Last)
{
    public static RankingResponse Of(RankingActivity? activity, DatasetRanking? last) =>
        new(activity is null ? null : RankingActivityResponse.Of(activity), last is null ? null : FinishedRankingResponse.Of(last));
}

/// <param name="StartedAt">When it was started.</param>
/// <param name="Fraction">How far it is, 0…1; null while that is not known.</param>
/// <param name="Candidate">The candidate that is being ranked.</param>
/// <param name="Done">Candidates that are done already.</param>
/// <param name="Error">Why it ended without a result; null while it is at work.</param>
internal sealed record RankingActivityResponse(
    DateTimeOffset StartedAt,
    double? Fraction,
    string? Candidate,
    IReadOnlyList<RankedCandidateResponse> Done,
    string? Error
)
{
    public static RankingActivityResponse Of(RankingActivity activity) =>
        new(
            activity.StartedAt,
            activity.Progress?.Fraction,
            activity.Progress?.Candidate,
            [.. activity.Done.Select(RankedCandidateResponse.Of)],
            activity.Error
        );
}

/// <param name="DatasetVersion">The version that was ranked on.</param>
/// <param name="StartedBy">The account.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="WorkerVersion">Version of the program that ranked.</param>
/// <param name="Device">The device that computed.</param>
/// <param name="Classes">Classes of the data set.</param>
/// <param name="Images">Images that were drawn, out of <paramref name="TrainImages"/>.</param>
/// <param name="TrainImages">Images of the training split.</param>
/// <param name="Folds">Parts of the cross-validation.</param>
/// <param name="Seed">The seed that drew the images and the folds.</param>
/// <param name="Seconds">Duration.</param>
/// <param name="Candidates">Networks with weights, and their scores.</param>
internal sealed record FinishedRankingResponse(
    int DatasetVersion,
    string StartedBy,
    DateTimeOffset FinishedAt,
    string WorkerVersion,
    string Device,
    IReadOnlyList<string> Classes,
    int Images,
    int TrainImages,
    int Folds,
    int Seed,
    double Seconds,
    IReadOnlyList<RankedCandidateResponse> Candidates
)
{
    public static FinishedRankingResponse Of(DatasetRanking ranking) =>
        new(
            ranking.DatasetVersion,
            ranking.StartedBy,
            ranking.FinishedAt,
            ranking.Report.WorkerVersion,
            ranking.Report.Device,
            ranking.Report.Classes,
            ranking.Report.Images,
            ranking.Report.TrainImages,
            ranking.Report.Folds,
            ranking.Report.Seed,
            ranking.Report.Seconds,
            [.. ranking.Report.Candidates.Select(RankedCandidateResponse.Of)]
        );
}

/// <param name="Name">The candidate's name.</param>
/// <param name="Backbone">The network; null where the weights fit none.</param>
/// <param name="WeightsId">The weights; null for random initialisation.</param>
/// <param name="IsRandom">It starts from random weights.</param>
/// <param name="Scores">Null where there is an <paramref name="Error"/>.</param>
/// <param name="Error">Why it has no scores.</param>
internal sealed record RankedCandidateResponse(
    string Name,
    string? Backbone,
    string? WeightsId,
    bool IsRandom,
    CandidateScoresResponse? Scores,
    string? Error
)
{
    public static RankedCandidateResponse Of(RankedCandidate candidate) =>
        new(
            candidate.Name,
            candidate.Backbone,
            candidate.WeightsId,
            candidate.IsRandom,
            candidate.Scores is { } scores ? CandidateScoresResponse.Of(scores) : null,
            candidate.Error
        );
}

/// <inheritdoc cref="CandidateScores"/>
internal sealed record CandidateScoresResponse(
    double LogMe,
    double HScore,
    double Accuracy,
    double AccuracySd,
    double ImagesPerSecond,
    double GigaFlops,
    long Parameters,
    int FeatureDim,
    double Seconds
)
{
    public static CandidateScoresResponse Of(CandidateScores scores) =>
        new(
            scores.LogMe,
            scores.HScore,
            scores.Accuracy,
            scores.AccuracySd,
            scores.ImagesPerSecond,
            scores.GigaFlops,
            scores.Parameters,
            scores.FeatureDim,
            scores.Seconds
        );
}
