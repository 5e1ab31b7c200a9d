using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A point of all curves: x, and a y for each series or null.</summary>
public sealed record ChartPoint(double X, params double?[] Y);

/// <summary>Curves over a number. The browser keeps what it has; only points it has not seen are sent.</summary>
public sealed partial class LineChart() : ScriptedComponent("./js/charts.js")
{
    private ElementReference _element;
    private bool _isCreated;
    private int _sent;
    private string _summary = "no values yet";

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string XLabel { get; set; } = "";

    /// <summary>Names of the curves.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Series { get; set; } = [];

    /// <summary>Values are fractions, shown in percent.</summary>
    [Parameter]
    public bool Percent { get; set; }

    /// <summary>All points so far, in order of x; the list only grows.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChartPoint> Points { get; set; } = [];

    protected override ElementReference Element => _element;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await CallAsync("create", new { series = Series, xLabel = XLabel, percent = Percent });
            _isCreated = true;
        }

        if (!_isCreated || _sent >= Points.Count) return;
        object?[][] news = [.. Points.Skip(_sent).Select(p => (object?[])[p.X, .. p.Y.Select(y => y is { } v && double.IsFinite(v) ? (object?)v : null)])];
        _sent = Points.Count;
        Summarise();
        // As one argument: the array must not become the list of arguments.
        await CallAsync("append", (object)news);
    }

    /// <summary>What a screen reader says of the picture.</summary>
    private void Summarise() => _summary = string.Join("; ", Series.Select((name, i) =>
        Points.LastOrDefault(p => i < p.Y.Length && p.Y[i] is not null)?.Y[i] is { } last ? $"{name} {(Percent ? last.ToString("P1") : last.ToString("G4"))}" : $"{name} has no values"));
}
