using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Lineage;

/// <summary>Draws a lineage from left to right: what a model came from, the model, and what came of it.</summary>
public sealed partial class LineageView
{
    private LineageLayout _layout = LineageLayout.Of(new LineageGraph([], []));
    private IReadOnlyList<(LineageEdge Edge, string Path)> _lines = [];

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Parameter, EditorRequired]
    public LineageGraph Graph { get; set; } = null!;

    protected override void OnParametersSet()
    {
        _layout = LineageLayout.Of(Graph);
        Dictionary<string, PlacedNode> byId = _layout.Nodes.ToDictionary(n => n.Node.Id);
        _lines = [.. Graph.Edges.Select(e => (e, Line(byId[e.From], byId[e.To])))];
    }

    /// <summary>From the middle of the right side to the middle of the left side, leaving and arriving level.</summary>
    private static string Line(PlacedNode from, PlacedNode to)
    {
        int x1 = from.X + LineageLayout.NodeWidth,
            y1 = from.Y + LineageLayout.NodeHeight / 2,
            x2 = to.X,
            y2 = to.Y + LineageLayout.NodeHeight / 2;
        int bend = Math.Min(LineageLayout.ColumnGap, (x2 - x1) / 2 + 1);
        return $"M {x1} {y1} C {x1 + bend} {y1}, {x2 - bend} {y2}, {x2} {y2}";
    }

    /// <summary>The lines in words, for screen readers.</summary>
    private string Origin(LineageNode node) =>
        Words("From", Graph.SourcesOf(node)) + Words("TaughtBy", Graph.SourcesOf(node, teachers: true));

    private string Words(string key, IEnumerable<LineageNode> sources) =>
        sources.Select(n => n.Title).ToArray() is { Length: > 0 } titles ? T[key, string.Join(T["And"], titles)] : "";

    private string LineClass(LineageEdge edge) =>
        edge.Teaches ? "teacher"
        : Graph.Nodes.First(n => n.Id == edge.From).Kind is LineageKind.Run or LineageKind.Hidden ? "model"
        : "";

    private static string KindClass(LineageNode node) =>
        (node.IsCurrent ? "now " : "")
        + node.Kind switch
        {
            LineageKind.Data => "data",
            LineageKind.Weights => "weights",
            LineageKind.Run => "run",
            LineageKind.Hidden => "hidden",
            _ => throw new ArgumentOutOfRangeException(nameof(node), node.Kind, null),
        };
}
