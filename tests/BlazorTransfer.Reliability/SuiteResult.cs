namespace BlazorTransfer.Reliability;

/// <summary>What a suite has found.</summary>
/// <param name="Table">The figures, as Markdown.</param>
/// <param name="Faults">What does not hold, a sentence each; empty where all holds.</param>
public sealed record SuiteResult(string Table, IReadOnlyList<string> Faults);
