using System.Text.Json.Serialization;

namespace BlazorTransfer.Core.Tuning;

/// <summary>
/// A line that <c>worker find-learning-rate --json</c> and <c>worker find-batch-size --json</c> print. The hierarchy is closed; the last
/// line is
/// what was found.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TuningProgressed), "progress")]
[JsonDerivedType(typeof(LearningRateTried), "learning-rate")]
[JsonDerivedType(typeof(LearningRateFound), "learning-rate-found")]
[JsonDerivedType(typeof(BatchSizeTried), "batch-size")]
[JsonDerivedType(typeof(BatchSizeFound), "batch-size-found")]
public abstract record TuningEvent
{
    private protected TuningEvent() { }
}

/// <summary>How far it is.</summary>
/// <param name="Stage">What is done now.</param>
/// <param name="Done">Out of <paramref name="Total"/>: images of which features are computed, or steps.</param>
/// <param name="Total">At most so many; it may end earlier.</param>
public sealed record TuningProgressed(TuningStage Stage, int Done, int Total) : TuningEvent;

public enum TuningStage
{
    ExtractingFeatures,
    TryingLearningRates,
    MeasuringBatchSizes,
}

/// <summary>A step was taken.</summary>
public sealed record LearningRateTried(LearningRatePoint Point) : TuningEvent;

/// <summary>All rates were tried, or enough of them.</summary>
public sealed record LearningRateFound(LearningRateReport Report) : TuningEvent;

/// <summary>A batch size was measured.</summary>
public sealed record BatchSizeTried(BatchSizeSpeed Speed) : TuningEvent;

/// <summary>All batch sizes were measured, or enough of them.</summary>
public sealed record BatchSizeFound(BatchSizeReport Report) : TuningEvent;
