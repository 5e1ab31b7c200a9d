using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Ranking;

/// <summary>The outcome of a ranking, with all that is needed to repeat it.</summary>
public sealed record RankingReport
{
    public required string WorkerVersion { get; init; }
    public required string Device { get; init; }
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Images that were drawn, out of <see cref="TrainImages"/>.</summary>
    public required int Images { get; init; }
    public required int TrainImages { get; init; }
    public required int Folds { get; init; }
    public required int Seed { get; init; }
    public required double Seconds { get; init; }

    /// <summary>In the order in which they were asked for.</summary>
    public required IReadOnlyList<RankedCandidate> Candidates { get; init; }
}

/// <summary>A candidate and what was found of it.</summary>
public sealed record RankedCandidate
{
    public required string Name { get; init; }

    /// <summary>The network; null where the file fits none.</summary>
    public string? Backbone { get; init; }

    /// <summary>The network's name for people.</summary>
    public string? DisplayName { get; init; }
    public string? WeightsId { get; init; }
    public required bool IsRandom { get; init; }

    /// <summary>Null where there is an <see cref="Error"/>.</summary>
    public CandidateScores? Scores { get; init; }

    /// <summary>Why it has no scores, in words.</summary>
    public Message? Error { get; init; }
}

/// <summary>How well a candidate's features serve a data set, and what they cost.</summary>
/// <param name="LogMe">Logarithm of the maximum evidence, per image (You et al., 2021); higher is better.</param>
/// <param name="HScore">H-score with a shrunk covariance (Bao et al., 2019; Ibrahim et al., 2021), 0 to classes − 1; higher is
/// better.</param>
/// <param name="Accuracy">Mean top-1 of a linear probe on images that it did not see, 0…1.</param>
/// <param name="AccuracySd">Standard deviation of that over the folds.</param>
/// <param name="ImagesPerSecond">Through the network without gradients, measured here.</param>
/// <param name="GigaFlops">Operations for one image, in 10⁹; two for each multiply-accumulate.</param>
/// <param name="Parameters">With a head of 1,000 classes.</param>
/// <param name="FeatureDim">Width of the feature vector.</param>
/// <param name="Seconds">What ranking this candidate took.</param>
public sealed record CandidateScores(
    double LogMe,
    double HScore,
    double Accuracy,
    double AccuracySd,
    double ImagesPerSecond,
    double GigaFlops,
    long Parameters,
    int FeatureDim,
    double Seconds
);
