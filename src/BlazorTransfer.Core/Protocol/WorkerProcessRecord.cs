namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Which process works on a run, the content of <c>worker.json</c>. Process ids are reused, so the start time decides
/// whether a living process is the one that was meant.
/// </summary>
public sealed record WorkerProcessRecord(int ProcessId, DateTimeOffset StartTime);
