namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A term of the field that pages explain in place. Its name and its sentence are in <see cref="GlossaryTexts"/>.</summary>
public enum GlossaryTerm
{
    Augmentation,
    Backbone,
    Baseline,
    BatchSize,
    Calibration,
    ChanceLevel,
    ClassImbalance,
    ConfidenceInterval,
    ConfusionMatrix,
    CrossValidation,
    DomainAdaptation,
    EarlyStopping,
    Epoch,
    FineTuning,
    FrozenFeatures,
    HyperparameterSearch,
    LabelSet,
    LearningRate,
    LinearProbe,
    Loss,
    MultiTaskLearning,
    NegativeTransfer,
    Overfitting,
    PretrainedWeights,
    Recall,
    Seed,
    SourceDomain,
    TargetDomain,
    TestSplit,
    TopFive,
    TransferLearning,
    Trial,
    Unlabelled,
    UpperBound,
    ValidationSplit,
    WeightDecay,
}

/// <summary>All terms that are explained, and the guide pages that say more.</summary>
internal static class Glossary
{
    public static IReadOnlyList<GlossaryTerm> All { get; } = Enum.GetValues<GlossaryTerm>();

    /// <summary>The page of the guide that a term belongs to: one of <see cref="GuideTopics"/>.</summary>
    public static string TopicOf(GlossaryTerm term) =>
        term switch
        {
            GlossaryTerm.Backbone or GlossaryTerm.PretrainedWeights or GlossaryTerm.TransferLearning => GuideTopics.TransferLearning,
            GlossaryTerm.FineTuning
            or GlossaryTerm.FrozenFeatures
            or GlossaryTerm.LearningRate
            or GlossaryTerm.LinearProbe
            or GlossaryTerm.WeightDecay => GuideTopics.FineTuning,
            GlossaryTerm.LabelSet or GlossaryTerm.MultiTaskLearning => GuideTopics.MultiTaskLearning,
            GlossaryTerm.DomainAdaptation
            or GlossaryTerm.SourceDomain
            or GlossaryTerm.TargetDomain
            or GlossaryTerm.Unlabelled
            or GlossaryTerm.UpperBound => GuideTopics.DomainAdaptation,
            GlossaryTerm.Augmentation
            or GlossaryTerm.BatchSize
            or GlossaryTerm.Epoch
            or GlossaryTerm.TestSplit
            or GlossaryTerm.ValidationSplit => GuideTopics.DataPreparation,
            GlossaryTerm.Baseline
            or GlossaryTerm.Calibration
            or GlossaryTerm.ChanceLevel
            or GlossaryTerm.ConfidenceInterval
            or GlossaryTerm.ConfusionMatrix
            or GlossaryTerm.CrossValidation
            or GlossaryTerm.HyperparameterSearch
            or GlossaryTerm.Loss
            or GlossaryTerm.Recall
            or GlossaryTerm.Seed
            or GlossaryTerm.TopFive
            or GlossaryTerm.Trial => GuideTopics.ReadingResults,
            GlossaryTerm.ClassImbalance or GlossaryTerm.EarlyStopping or GlossaryTerm.NegativeTransfer or GlossaryTerm.Overfitting =>
                GuideTopics.Pitfalls,
            _ => throw new ArgumentOutOfRangeException(nameof(term), term, null),
        };
}
