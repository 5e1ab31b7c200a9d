namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>A tag that a person gives to images.</summary>
/// <param name="Name">Name of the tag.</param>
/// <param name="Value">Its value; null takes it off.</param>
internal sealed record TagEdit(string Name, string? Value);
