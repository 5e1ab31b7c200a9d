using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>The curves of a run: accuracy and losses by epoch, then what is measured in each step.</summary>
public sealed partial class RunCharts
{
    [CascadingParameter]
    private RunView View { get; set; } = null!;

    /// <summary>A chart is drawn with its curves: the first epoch says whether the target's is among them.</summary>
    private bool HasTarget => View.LastEpoch?.Metrics.ContainsKey(MetricKeys.TargetTop1) == true;
}
