namespace BlazorTransfer.Core.Runs;

/// <summary>Keys of the metrics in events, in the store and on the API. Accuracies are fractions, 0…1.</summary>
public static class MetricKeys
{
    public const string TrainLoss = "train.loss";
    public const string TrainTop1 = "train.top1";
    public const string ValidationLoss = "validation.loss";
    public const string ValidationTop1 = "validation.top1";

    /// <summary>Mean of the classes' recalls on the validation split: what accuracy would be with balanced classes.</summary>
    public const string ValidationBalancedAccuracy = "validation.balanced-accuracy";
    public const string TestLoss = "test.loss";
    public const string TestTop1 = "test.top1";
    public const string TestBalancedAccuracy = "test.balanced-accuracy";

    /// <summary>On labelled images of the target domain; never used to choose anything.</summary>
    public const string TargetLoss = "target.loss";
    public const string TargetTop1 = "target.top1";
    public const string TargetBalancedAccuracy = "target.balanced-accuracy";
    public const string LearningRate = "learning-rate";
    public const string ImagesPerSecond = "images-per-second";
}
