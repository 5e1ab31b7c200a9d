namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What a person changes of a run.</summary>
/// <param name="Name">Another name, unique in the project; null leaves it.</param>
/// <param name="Notes">All of the notes as plain text; null leaves them.</param>
public sealed record RunChange(string? Name = null, string? Notes = null);
