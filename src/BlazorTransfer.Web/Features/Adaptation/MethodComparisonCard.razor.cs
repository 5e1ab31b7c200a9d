using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>What all methods reached that were tried between the same two domains. Nothing is shown while there is but one.</summary>
public sealed partial class MethodComparisonCard
{
    private IReadOnlyList<MethodRow> _rows = [];

    [Inject]
    private TargetAnswers Answers { get; set; } = null!;

    private protected override void Load() => _rows = MethodRow.Between(Runs.List(User, ProjectId), RunId, Answers);

    private bool IsThis(MethodRow row) => row.Runs.Any(r => r.Id == RunId);

    private static string Number(double? value) => value?.ToString("0.00;−0.00", CultureInfo.InvariantCulture) ?? "–";
}
