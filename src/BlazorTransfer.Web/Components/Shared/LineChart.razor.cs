using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A point of all curves: x, and a y for each series or null.</summary>
public sealed record ChartPoint(double X, params double?[] Y);

/// <summary>A place on the x axis with a name.</summary>
public sealed record ChartMark(double X, string Label);

/// <summary>Curves over a number. The browser keeps what it has; only points it has not seen are sent.</summary>
public sealed partial class LineChart() : ScriptedComponent("./js/charts.js")
{
    private ElementReference _element;
    private bool _isCreated;
    private int _sent;
    private int _stride = 1;
    private ChartMark? _marked;
    private string _summary = Texts<SharedTexts>.Get("NoValues");

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string XLabel { get; set; } = "";

    /// <summary>Names of the curves.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Series { get; set; } = [];

    /// <summary>The curves are of one kind, so that none is drawn dashed.</summary>
    [Parameter]
    public bool AreEqual { get; set; }

    /// <summary>Values are fractions, shown in percent.</summary>
    [Parameter]
    public bool Percent { get; set; }

    /// <summary>What the y axis shows; null where the title says it.</summary>
    [Parameter]
    public string? YLabel { get; set; }

    /// <summary>The x axis is logarithmic, from here to there; null for a linear one as long as its points.</summary>
    [Parameter]
    public (double Low, double High)? LogRange { get; set; }

    /// <summary>The y axis ends at so many times the last curve's first value, however far the curves rise.</summary>
    [Parameter]
    public double? CutAbove { get; set; }

    /// <summary>Drawn as a line from bottom to top.</summary>
    [Parameter]
    public ChartMark? Mark { get; set; }

    /// <summary>All points so far, in order of x. The list grows; where it shrinks, as <see cref="ThinnedPoints"/> does, all are sent
    /// again.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChartPoint> Points { get; set; } = [];

    protected override ElementReference Element => _element;

    private string Summary => Mark is null ? _summary : Texts<SharedTexts>.Get("Marked", _summary, Mark.Label);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            double[]? logRange = LogRange is var (low, high) ? [low, high] : null;
            await CallAsync(
                "create",
                new
                {
                    series = Series,
                    xLabel = XLabel,
                    yLabel = YLabel,
                    percent = Percent,
                    equals = AreEqual,
                    logRange,
                    cutAbove = CutAbove,
                }
            );
            _isCreated = true;
        }

        if (!_isCreated)
            return;
        await AppendAsync();
        if (Mark == _marked)
            return;
        _marked = Mark;
        await CallAsync("mark", Mark);
    }

    private async Task AppendAsync()
    {
        bool wasThinned = Points is ThinnedPoints { Stride: var stride } && stride != _stride;
        if (wasThinned)
        {
            _stride = ((ThinnedPoints)Points).Stride;
            _sent = 0;
            await CallAsync("clear");
        }

        if (_sent >= Points.Count)
            return;
        object?[][] news =
        [
            .. Points.Skip(_sent).Select(p => (object?[])[p.X, .. p.Y.Select(y => y is { } v && double.IsFinite(v) ? (object?)v : null)]),
        ];
        _sent = Points.Count;
        Summarise();
        // As one argument: the array must not become the list of arguments.
        await CallAsync("append", (object)news);
    }

    /// <summary>What a screen reader says of the picture.</summary>
    private void Summarise() =>
        _summary = string.Join(
            "; ",
            Series.Select(
                (name, i) =>
                    Points.LastOrDefault(p => i < p.Y.Length && p.Y[i] is not null)?.Y[i] is { } last
                        ? $"{name} {(Percent ? last.ToString("P1") : last.ToString("G4"))}"
                        : Texts<SharedTexts>.Get("NoValuesOf", name)
            )
        );
}
