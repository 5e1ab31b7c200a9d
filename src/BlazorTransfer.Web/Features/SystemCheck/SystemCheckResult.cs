using BlazorTransfer.Core.Diagnostics;

namespace BlazorTransfer.Web.Features.SystemCheck;

/// <summary>The last check of this machine; there is one document.</summary>
internal sealed record SystemCheckResult
{
    public const string OnlyId = "last";

    public string Id { get; init; } = OnlyId;
    public required DateTimeOffset CheckedAt { get; init; }
    public required SystemReport Report { get; init; }
}
