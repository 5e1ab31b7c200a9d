using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Tuning;

/// <summary>A batch size and what it costs.</summary>
/// <param name="BatchSize">Images in a step.</param>
/// <param name="ImagesPerSecond">Of whole training steps on images that are ready in memory.</param>
/// <param name="PeakBytes">Most memory of the process so far; null on a device whose memory is its own, which does not tell.</param>
public sealed record BatchSizeSpeed(int BatchSize, double ImagesPerSecond, long? PeakBytes)
{
    public double SecondsPerStep => BatchSize / ImagesPerSecond;
}

/// <summary>The outcome of measuring batch sizes.</summary>
public sealed record BatchSizeReport
{
    public required string WorkerVersion { get; init; }
    public required string Device { get; init; }
    public required double Seconds { get; init; }

    /// <summary>From the smallest.</summary>
    public required IReadOnlyList<BatchSizeSpeed> Measured { get; init; }

    /// <summary>Why no larger size was measured, in words.</summary>
    public required Message WhyStopped { get; init; }

    public required BatchSizeSuggestion Suggestion { get; init; }
}

/// <summary>
/// The smallest batch that is within 5 % of the fastest one, as larger ones learn no better from the same images, and the learning rate
/// that fits it:
/// in proportion to the batch (Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017).
/// </summary>
/// <param name="BatchSize">Images in a step; null where no size is better than the job's.</param>
/// <param name="LearningRate">The job's, times the batch size over the job's, to two digits; null with
/// <paramref name="BatchSize"/>.</param>
/// <param name="Reason">Why this size, or why none, in words.</param>
public sealed record BatchSizeSuggestion(int? BatchSize, double? LearningRate, Message Reason)
{
    private const double NearlyBest = 0.95;

    /// <param name="measured">At least one size.</param>
    /// <param name="batchSize">Of the job.</param>
    /// <param name="learningRate">Of the job.</param>
    /// <param name="images">In an epoch.</param>
    public static BatchSizeSuggestion Of(IReadOnlyList<BatchSizeSpeed> measured, int batchSize, double learningRate, int images)
    {
        if (images < measured.Min(m => m.ImagesPerSecond))
            return new BatchSizeSuggestion(
                null,
                null,
                Message.Of(
                    "tuning.fast-epoch",
                    $"An epoch takes less than a second at any size, so that a larger batch saves nothing: keep {batchSize}, or "
                        + $"choose what learns best."
                )
            );
        double best = measured.Max(m => m.ImagesPerSecond);
        int suggested = measured.Where(m => m.ImagesPerSecond >= NearlyBest * best).Min(m => m.BatchSize);
        return new BatchSizeSuggestion(
            suggested,
            LearningRateSuggestion.TwoDigits(learningRate * suggested / batchSize),
            Message.Of(
                "tuning.batch-size",
                $"No size is more than 5 % faster, and smaller batches learn more from an epoch. The learning rate goes with it in "
                    + $"proportion."
            )
        );
    }
}
