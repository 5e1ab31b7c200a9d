using System.Globalization;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>What all methods reached that were tried between the same two domains. Nothing is shown while there is but one.</summary>
public sealed partial class MethodComparisonCard
{
    private static readonly (string Name, string Help)[] LabelFreeColumns =
    [
        ("IM ↑", "Information maximisation, in nats: confident predictions on the target, spread over all classes. Higher is better."),
        (
            "SND ↑",
            "Soft neighbourhood density, in nats: predictions on the target with many close neighbours. Higher is better; it is also high "
                + "if all predictions are one class."
        ),
        (
            "DEV ↓",
            "Deep embedded validation: the loss on the target, estimated from the source's validation images where the domains overlap. "
                + "Lower is better."
        ),
        ("A-distance", "Proxy A-distance of the domains: 0 if they cannot be told apart, 2 if they always can."),
    ];

    private IReadOnlyList<MethodRow> _rows = [];

    [Inject]
    private RunAnswers Answers { get; set; } = null!;

    private bool HasTargetResults => _rows.Any(r => r.Target is not null);

    private protected override void Load() => _rows = MethodRow.Between(Runs.List(User, ProjectId), RunId, Answers);

    private bool IsThis(MethodRow row) => row.Runs.Any(r => r.Id == RunId);

    private static string LabelsOf(MethodRow row) =>
        row.Runs[0] is { Job.Target.LabelledPerClass: > 0 and int labels, Submission.Part: AdaptationPart.Method or null }
            ? $", {labels} labels a class of the target"
            : "";

    private static string Number(double? value) => value?.ToString("0.00;−0.00", CultureInfo.InvariantCulture) ?? "–";
}
