namespace BlazorTransfer.Reliability;

/// <summary>Results as a Markdown table, with a verdict for each line that has a target.</summary>
internal sealed class MarkdownTable
{
    private readonly List<(string What, string Figure, string Verdict)> _rows = [];

    public bool Holds { get; private set; } = true;

    /// <summary>A figure without a target.</summary>
    public void Add(string what, string figure) => _rows.Add((what, figure, ""));

    /// <summary>A figure that must hold.</summary>
    public void Check(string what, string figure, bool holds)
    {
        Holds &= holds;
        _rows.Add((what, figure, holds ? "holds" : "FAILS"));
    }

    /// <summary>A figure with a target that depends on the machine, and so fails nothing.</summary>
    public void Compare(string what, string figure, bool isReached) => _rows.Add((what, figure, isReached ? "reached" : "missed"));

    public override string ToString() =>
        string.Join('\n', ["| what | figure | |", "|---|---|---|", .. _rows.Select(r => $"| {r.What} | {r.Figure} | {r.Verdict} |")]);
}
