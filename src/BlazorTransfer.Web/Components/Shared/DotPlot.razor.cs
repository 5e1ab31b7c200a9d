using System.Globalization;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A measured value in a dot plot.</summary>
/// <param name="Value">A fraction, 0…1.</param>
/// <param name="Label">What was measured, such as <c>Fold 2</c>.</param>
/// <param name="Href">Its page.</param>
public sealed record Dot(double Value, string Label, string Href);

/// <summary>A line of dots with their mean.</summary>
public sealed record DotRow(string Name, IReadOnlyList<Dot> Dots, double Mean);

/// <summary>Dot plot (Cleveland, "The Elements of Graphing Data", 1985): a row for each configuration, a dot for each run, a mark for the
/// mean. Drawn by the server; the table beside it has the same links for the keyboard.</summary>
public sealed partial class DotPlot
{
    // Percent of the width that stays free at either end, so that whole dots fit.
    private const double Margin = 3;

    [Parameter, EditorRequired]
    public IReadOnlyList<DotRow> Rows { get; set; } = [];

    private double Low => Math.Floor(20 * Rows.SelectMany(r => r.Dots).Min(d => d.Value)) / 20;

    /// <summary>At least one step of 5 points above the low end.</summary>
    private double High => Math.Max(Low + 0.05, Math.Ceiling(20 * Rows.SelectMany(r => r.Dots).Max(d => d.Value)) / 20);

    private double[] Ticks => [Low, (Low + High) / 2, High];

    private string Summary =>
        string.Join(
            "; ",
            Rows.Select(r =>
                Texts<SharedTexts>.Get(
                    "MeanOf",
                    r.Name,
                    r.Mean.ToString("P1"),
                    string.Join(Texts<SharedTexts>.Get("ListSeparator"), r.Dots.Select(d => $"{d.Label} {d.Value:P1}"))
                )
            )
        );

    private static string TitleOf(Dot dot) => Texts<SharedTexts>.Get("Valued", dot.Label, dot.Value.ToString("P1"));

    private string X(double value) =>
        (Margin + (100 - 2 * Margin) * (value - Low) / (High - Low)).ToString("0.##", CultureInfo.InvariantCulture);

    private string Anchor(double tick) =>
        tick == Low ? "start"
        : tick == High ? "end"
        : "middle";
}
