using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Colours of a <see cref="Bar"/>.</summary>
public enum BarTone
{
    Accent,
    Good,
    Bad,
    Neutral,
}

/// <summary>A horizontal bar that shows a fraction. The number itself stands beside it, so screen readers skip the bar.</summary>
public sealed partial class Bar
{
    /// <summary>0…1; other values are clamped.</summary>
    [Parameter, EditorRequired]
    public double Fraction { get; set; }

    /// <summary>Half as high.</summary>
    [Parameter]
    public bool Thin { get; set; }

    /// <summary>What the colour says; a sign beside the number must say it too.</summary>
    [Parameter]
    public BarTone Tone { get; set; }

    private string ToneClass =>
        Tone switch
        {
            BarTone.Accent => "",
            BarTone.Good => "good",
            BarTone.Bad => "bad",
            BarTone.Neutral => "neutral",
            _ => throw new InvalidOperationException($"No colour for {Tone}."),
        };

    private string Percent => (100 * Math.Clamp(double.IsNaN(Fraction) ? 0 : Fraction, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture);
}
