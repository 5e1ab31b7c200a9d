namespace BlazorTransfer.Core.Tuning;

/// <summary>A step of a learning-rate range test.</summary>
/// <param name="Rate">The rate of the step.</param>
/// <param name="Loss">Mean loss of the step's images, before it.</param>
/// <param name="Smoothed">The loss averaged over the steps so far, of which later ones count more.</param>
public sealed record LearningRatePoint(double Rate, double Loss, double Smoothed);

/// <summary>The outcome of a learning-rate range test.</summary>
public sealed record LearningRateReport
{
    public required string WorkerVersion { get; init; }
    public required string Device { get; init; }
    public required int BatchSize { get; init; }
    public required int Seed { get; init; }
    public required double Seconds { get; init; }

    /// <summary>In order of the rate.</summary>
    public required IReadOnlyList<LearningRatePoint> Points { get; init; }

    /// <summary>The loss rose so far that larger rates were not tried.</summary>
    public required bool Diverged { get; init; }

    public required LearningRateSuggestion Suggestion { get; init; }
}
