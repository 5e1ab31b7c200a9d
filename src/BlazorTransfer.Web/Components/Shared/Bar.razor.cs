using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A horizontal bar that shows a fraction. The number itself stands beside it, so screen readers skip the bar.</summary>
public sealed partial class Bar
{
    /// <summary>0…1; other values are clamped.</summary>
    [Parameter, EditorRequired]
    public double Fraction { get; set; }

    /// <summary>Half as high.</summary>
    [Parameter]
    public bool Thin { get; set; }

    private string Percent => (100 * Math.Clamp(double.IsNaN(Fraction) ? 0 : Fraction, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture);
}
