using BlazorTransfer.Core.Datasets;

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

    /// <summary>Mean average precision: mean over the labels that occur of the area below precision over recall. Of images with several
    /// labels, as the F1 scores: micro over all labels together, macro as the mean over those that occur, at each label's
    /// threshold.</summary>
    public const string ValidationMap = "validation.map";
    public const string ValidationMicroF1 = "validation.micro-f1";
    public const string ValidationMacroF1 = "validation.macro-f1";
    public const string TestMap = "test.map";
    public const string TestMicroF1 = "test.micro-f1";
    public const string TestMacroF1 = "test.macro-f1";

    /// <summary>Micro F1 over the steps of an epoch, with 0.5 as the threshold of every label.</summary>
    public const string TrainMicroF1 = "train.micro-f1";

    /// <summary>The figure that stands for all of a split: accuracy, or mAP of images with several labels; null without either.</summary>
    /// <param name="metrics">Figures by their keys.</param>
    /// <param name="top1">Key of the accuracy; of a label set, too.</param>
    public static MainMetric? Main(IReadOnlyDictionary<string, double> metrics, string top1)
    {
        string map = top1.Replace(".top1", ".map", StringComparison.Ordinal);
        return metrics.TryGetValue(top1, out double accuracy) ? new MainMetric(LabelKind.SingleLabel, accuracy)
            : metrics.TryGetValue(map, out double precision) ? new MainMetric(LabelKind.MultiLabel, precision)
            : null;
    }

    /// <summary>On labelled images of the target domain; never used to choose anything.</summary>
    public const string TargetLoss = "target.loss";
    public const string TargetTop1 = "target.top1";
    public const string TargetBalancedAccuracy = "target.balanced-accuracy";

    /// <summary>Maximum mean discrepancy of the two domains' features, squared, with five Gaussian kernels: 0 where they are
    /// alike.</summary>
    public const string DomainDiscrepancy = "domains.mmd";

    /// <summary>Proxy A-distance of the two domains' features, 0…2: 0 where a linear classifier cannot tell them apart.</summary>
    public const string DomainDistance = "domains.a-distance";

    /// <summary>How often a method's own opponent tells the domain of an image in training, 0…1: a half where it cannot.</summary>
    public const string DiscriminatorAccuracy = "domains.discriminator-accuracy";

    /// <summary>Mutual information of images of the target and predictions, in nats, 0…log C: high where these are sure and of all
    /// classes.
    /// Needs no label.</summary>
    public const string TargetInformation = "target.information-maximisation";

    /// <summary>Soft neighbourhood density of the predictions on the target, in nats: high where images have many near ones. Needs no
    /// label.</summary>
    public const string TargetDensity = "target.snd";

    /// <summary>Deep embedded validation: the loss on the target as the source's validation images let expect it. Lower is better.
    /// Needs no
    /// label of the target; absent where the domains do not overlap.</summary>
    public const string TargetRisk = "target.dev";

    /// <summary>A key of the same figure for a label set that is learned beside the classes, such as
    /// <c>validation.top1:material</c>.</summary>
    public static string Of(string key, string labelSet) => $"{key}:{labelSet}";

    /// <summary>How much the errors of a label set count, or those of the classes, where that is learned: see <see cref="Of"/> for a
    /// set's.</summary>
    public const string TaskWeight = "task-weight";
    public const string LearningRate = "learning-rate";
    public const string ImagesPerSecond = "images-per-second";

    /// <summary>Share of an epoch's training time that was spent waiting for images, 0…1: high where decoding is the
    /// bottleneck.</summary>
    public const string DataWait = "data-wait";
}

/// <summary>The figure that stands for all.</summary>
/// <param name="Kind">Kind of the labels, which decides what it is.</param>
/// <param name="Value">0…1.</param>
public readonly record struct MainMetric(LabelKind Kind, double Value);
