using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>The curves of a run: accuracy and losses by epoch, then what is measured in each step.</summary>
public sealed partial class RunCharts
{
    [CascadingParameter]
    private RunView View { get; set; } = null!;

    private string AccuracyTitle => T[HasSeveralLabels ? "MapByEpoch" : "AccuracyByEpoch"];

    /// <summary>A chart is drawn with its curves, as many as a point has values.</summary>
    private IReadOnlyList<string> AccuracySeries =>
        HasSeveralLabels ? [T["TrainingMicroF1"], T["Map"], T["MicroF1"], T["MacroF1"]]
        : HasTarget ? [T["Training"], T["Validation"], T["TargetSeries"]]
        : [T["Training"], T["Validation"]];

    private bool HasSeveralLabels => View.Run.Kind == LabelKind.MultiLabel;

    /// <summary>The first epoch says whether the target's curve is there.</summary>
    private bool HasTarget => View.LastEpoch?.Metrics.ContainsKey(MetricKeys.TargetTop1) == true;
}
