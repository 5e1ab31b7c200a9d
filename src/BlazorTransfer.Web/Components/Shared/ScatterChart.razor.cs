using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A named point of a scatter chart.</summary>
/// <param name="X">Above zero: the axis is logarithmic.</param>
/// <param name="Y">The value.</param>
/// <param name="Low">Lower end of a line through the point; equal to <paramref name="High"/> for none.</param>
/// <param name="High">Upper end of that line.</param>
/// <param name="Label">Written beside it.</param>
/// <param name="Kind">One of the chart's kinds, by number.</param>
public sealed record ScatterPoint(double X, double Y, double Low, double High, string Label, int Kind);

/// <summary>Points over a logarithmic axis, each with its name. It is small, so that a change draws all of it anew.</summary>
public sealed partial class ScatterChart() : ScriptedComponent("./js/scatter.js")
{
    private ElementReference _element;
    private (string X, string Y, IReadOnlyList<ScatterPoint> Points)? _drawn;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>What the axes show, with units.</summary>
    [Parameter, EditorRequired]
    public string XLabel { get; set; } = "";

    /// <inheritdoc cref="XLabel"/>
    [Parameter, EditorRequired]
    public string YLabel { get; set; } = "";

    /// <summary>Values of Y are fractions, shown in percent.</summary>
    [Parameter]
    public bool Percent { get; set; }

    /// <summary>What the colours say; the legend.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Kinds { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<ScatterPoint> Points { get; set; } = [];

    protected override ElementReference Element => _element;

    /// <summary>What a screen reader says of the picture.</summary>
    private string Summary =>
        string.Join(
            "; ",
            Points.Select(p => Texts<SharedTexts>.Get("At", p.Label, p.Y.ToString(Percent ? "P1" : "G3"), p.X.ToString("G3")))
        );

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_drawn is { } drawn && drawn.X == XLabel && drawn.Y == YLabel && drawn.Points.SequenceEqual(Points))
            return;
        _drawn = (XLabel, YLabel, [.. Points]);
        await CallAsync(
            "draw",
            new
            {
                xLabel = XLabel,
                yLabel = YLabel,
                percent = Percent,
                kinds = Kinds,
                points = Points.OrderBy(p => p.X),
            }
        );
    }
}
