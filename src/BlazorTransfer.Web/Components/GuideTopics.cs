namespace BlazorTransfer.Web.Components;

/// <summary>Pages of the guide, by the names in their addresses.</summary>
internal static class GuideTopics
{
    public const string TransferLearning = "what-is-transfer-learning";
    public const string KindsOfTransfer = "kinds-of-transfer";
    public const string FineTuning = "frozen-or-fine-tuned";
    public const string MultiTaskLearning = "multi-task-learning";
    public const string DomainAdaptation = "domain-adaptation";
    public const string DataPreparation = "data-preparation";
    public const string ReadingResults = "reading-results";
    public const string Pitfalls = "pitfalls";

    /// <summary>All of them, in reading order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [TransferLearning, KindsOfTransfer, FineTuning, MultiTaskLearning, DomainAdaptation, DataPreparation, ReadingResults, Pitfalls];
}
