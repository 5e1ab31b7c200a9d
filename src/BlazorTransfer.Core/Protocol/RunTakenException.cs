namespace BlazorTransfer.Core.Protocol;

/// <summary>The run folder belongs to another worker: one has it, has executed it, or has begun a newer attempt.</summary>
public sealed class RunTakenException(string message) : IOException(message);
