using System.Globalization;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>What all methods reached that were tried between the same two domains. Nothing is shown while there is but one.</summary>
public sealed partial class MethodComparisonCard
{
    // Keys of their texts.
    private static readonly string[] LabelFreeColumns = ["Information", "Density", "Risk", "Distance"];

    private IReadOnlyList<MethodRow> _rows = [];

    /// <summary>Display name of a method or network.</summary>
    [Parameter, EditorRequired]
    public Func<string, string> NameOf { get; set; } = name => name;

    [Inject]
    private RunAnswers Answers { get; set; } = null!;

    private bool HasTargetResults => _rows.Any(r => r.Target is not null);

    private protected override void Load() => _rows = MethodRow.Between(Runs.List(User, ProjectId), RunId, Answers);

    private bool IsThis(MethodRow row) => row.Runs.Any(r => r.Id == RunId);

    private string DetailOf(MethodRow row)
    {
        string detail = T["NetworkAndExtent", NameOf(row.Runs[0].Job.Backbone), row.Extent];
        return row.Runs[0] is { Job.Target.LabelledPerClass: > 0 and int labels, Submission.Part: AdaptationPart.Method or null }
            ? Texts<AdaptationTexts>.Count("WithLabels", labels, detail)
            : detail;
    }

    private static string Number(double? value) => value?.ToString("0.00;−0.00", CultureInfo.InvariantCulture) ?? "–";
}
