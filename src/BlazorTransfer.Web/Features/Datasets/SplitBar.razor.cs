using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>How many images each split has, as one bar of three parts.</summary>
public sealed partial class SplitBar
{
    [Parameter]
    public int Train { get; set; }

    [Parameter]
    public int Validation { get; set; }

    [Parameter]
    public int Test { get; set; }

    /// <summary>Length of the whole bar as a share of the width at hand, 0…1.</summary>
    [Parameter]
    public double Scale { get; set; } = 1;

    private string Summary => T["SplitSummary", Train, Validation, Test];

    private double Of(int images) => (double)images / Math.Max(1, Train + Validation + Test);

    private static string Share(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
