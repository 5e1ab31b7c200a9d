namespace BlazorTransfer.Web.Features.Lineage;

public enum LineageKind
{
    /// <summary>A version of a data set.</summary>
    Data,

    /// <summary>Imported weights.</summary>
    Weights,
    Run,

    /// <summary>A run that is gone, or of a project that the user does not see.</summary>
    Hidden,
}

/// <summary>Something that a model came from, or the run that made one.</summary>
/// <param name="Id">Unique in the graph.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Title">Its name.</param>
/// <param name="Detail">A few words more.</param>
/// <param name="Address">Its page; null where there is none, or none that the user may see.</param>
/// <param name="IsCurrent">The graph is drawn on its page.</param>
public sealed record LineageNode(string Id, LineageKind Kind, string Title, string Detail, string? Address = null, bool IsCurrent = false);

/// <summary>The second came from the first.</summary>
/// <param name="From">Id of a node.</param>
/// <param name="To">Id of another.</param>
/// <param name="Teaches">The second learned from the first one's answers, instead of starting from its weights.</param>
public sealed record LineageEdge(string From, string To, bool Teaches = false);

/// <summary>Which model came from which data, which weights and which other run.</summary>
public sealed record LineageGraph(IReadOnlyList<LineageNode> Nodes, IReadOnlyList<LineageEdge> Edges)
{
    /// <summary>Nodes that a node came from, or that taught it.</summary>
    public IEnumerable<LineageNode> SourcesOf(LineageNode node, bool teachers = false) =>
        Nodes.Where(n => Edges.Contains(new LineageEdge(n.Id, node.Id, teachers)));
}
