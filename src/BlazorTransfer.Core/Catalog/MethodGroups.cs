namespace BlazorTransfer.Core.Catalog;

/// <summary>Headings that transfer methods stand under in a list.</summary>
public static class MethodGroups
{
    public const string FrozenFeatures = "Frozen features";
    public const string FineTuning = "Fine-tuning";
    public const string RegularisedFineTuning = "Regularised fine-tuning";
    public const string OtherModels = "Learning from another model";
    public const string MultiTask = "Multi-task learning";
    public const string AdaptationOfFeatures = "Domain adaptation of frozen features";
    public const string AdaptationByTraining = "Domain adaptation by training";
    public const string RandomWeights = "Random weights";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [FrozenFeatures, FineTuning, RegularisedFineTuning, OtherModels, MultiTask, AdaptationOfFeatures, AdaptationByTraining, RandomWeights];
}
