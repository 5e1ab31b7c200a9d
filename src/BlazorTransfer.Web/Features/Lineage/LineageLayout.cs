namespace BlazorTransfer.Web.Features.Lineage;

/// <summary>A node and the upper left corner of its box, in pixels.</summary>
internal sealed record PlacedNode(LineageNode Node, int X, int Y);

/// <summary>
/// Places a graph's nodes in columns, so that each stands to the right of all it came from: the column is the length of the longest
/// way to it (the layering of Sugiyama et al. 1981, and one sweep of their ordering). Within a column, a node stands as near as
/// it can to the middle of its sources.
/// </summary>
internal sealed record LineageLayout(IReadOnlyList<PlacedNode> Nodes, int Width, int Height)
{
    public const int NodeWidth = 208;
    public const int NodeHeight = 58;
    public const int ColumnGap = 56;
    public const int RowGap = 14;

    public static LineageLayout Of(LineageGraph graph)
    {
        Dictionary<string, int> columns = Columns(graph);
        ILookup<string, string> sources = graph.Edges.ToLookup(e => e.To, e => e.From);
        var placed = new Dictionary<string, PlacedNode>();
        foreach (IGrouping<int, LineageNode> column in graph.Nodes.GroupBy(n => columns[n.Id]).OrderBy(c => c.Key))
        {
            int next = 0;
            foreach (LineageNode node in column.OrderBy(n => Wish(n) ?? (column.Key == 0 ? 0 : double.MaxValue)))
            {
                int y = Math.Max(next, (int)(Wish(node) ?? 0));
                placed[node.Id] = new PlacedNode(node, column.Key * (NodeWidth + ColumnGap), y);
                next = y + NodeHeight + RowGap;
            }
        }

        return placed.Count == 0
            ? new([], 0, 0)
            : new(
                [.. graph.Nodes.Select(n => placed[n.Id])],
                placed.Values.Max(p => p.X) + NodeWidth,
                placed.Values.Max(p => p.Y) + NodeHeight
            );

        double? Wish(LineageNode node) => sources[node.Id].Where(placed.ContainsKey).Average(s => (double?)placed[s].Y);
    }

    private static Dictionary<string, int> Columns(LineageGraph graph)
    {
        Dictionary<string, int> columns = graph.Nodes.ToDictionary(n => n.Id, _ => 0);
        // Each pass settles at least one more column; damaged data that runs in a circle ends with the passes.
        for (int pass = 0; pass < graph.Nodes.Count && graph.Edges.Any(e => columns[e.To] <= columns[e.From]); pass++)
        {
            foreach (LineageEdge edge in graph.Edges.Where(e => columns[e.To] <= columns[e.From]))
                columns[edge.To] = columns[edge.From] + 1;
        }

        // What came from nothing stands beside the first that came from it, not at the far left.
        foreach (LineageNode node in graph.Nodes.Where(n => graph.Edges.All(e => e.To != n.Id)))
            columns[node.Id] = graph.Edges.Where(e => e.From == node.Id).Select(e => columns[e.To] - 1).DefaultIfEmpty(0).Min();
        return columns;
    }
}
