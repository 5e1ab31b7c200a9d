using BlazorTransfer.Web.Features.Lineage;

namespace BlazorTransfer.Web.Tests.Lineage;

public sealed class LineageLayoutTests
{
    [Fact]
    public void Run_StandsToTheRightOfAllItCameFrom()
    {
        LineageGraph graph = Graph("data>first weights>first first>second late>second data>third second>third");

        LineageLayout layout = LineageLayout.Of(graph);

        Assert.All(graph.Edges, e => Assert.True(X(layout, e.From) < X(layout, e.To), $"{e.From} is not left of {e.To}."));
        // Beside the run that it serves first, not at the far left.
        Assert.Equal(X(layout, "first"), X(layout, "late"));
        Assert.Equal((4 * LineageLayout.NodeWidth) + (3 * LineageLayout.ColumnGap), layout.Width);
    }

    [Fact]
    public void RunOfTwoSources_StandsBetweenThem()
    {
        LineageLayout layout = LineageLayout.Of(Graph("data>run weights>run"));

        Assert.Equal((Y(layout, "data") + Y(layout, "weights")) / 2, Y(layout, "run"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public void ManyRunsOfOneDataSet_DoNotOverlapAndStayInTheDrawing(int runs)
    {
        string children = string.Join(
            ' ',
            Enumerable.Range(0, runs).SelectMany(i => new[] { $"data>run{i}", $"run{i}>child{i}", $"run{i / 2}>other{i}" })
        );

        LineageLayout layout = LineageLayout.Of(Graph(children));

        foreach (IGrouping<int, PlacedNode> column in layout.Nodes.GroupBy(n => n.X))
        {
            int[] tops = [.. column.Select(n => n.Y).Order()];
            Assert.All(
                tops.Zip(tops.Skip(1)),
                pair => Assert.True(pair.Second - pair.First >= LineageLayout.NodeHeight + LineageLayout.RowGap)
            );
        }

        Assert.All(
            layout.Nodes,
            n =>
                Assert.True(
                    n.X >= 0 && n.Y >= 0 && n.X + LineageLayout.NodeWidth <= layout.Width && n.Y + LineageLayout.NodeHeight <= layout.Height
                )
        );
        Assert.Equal(layout.Nodes, LineageLayout.Of(Graph(children)).Nodes);
    }

    [Fact]
    public void NothingAndACircle_AreDrawnToo()
    {
        Assert.Equal((0, 0), (LineageLayout.Of(Graph("")).Width, LineageLayout.Of(Graph("")).Height));
        Assert.Equal(2, LineageLayout.Of(Graph("a>b b>a")).Nodes.Count);
    }

    private static int X(LineageLayout layout, string id) => layout.Nodes.Single(n => n.Node.Id == id).X;

    private static int Y(LineageLayout layout, string id) => layout.Nodes.Single(n => n.Node.Id == id).Y;

    /// <param name="edges">Such as <c>a>b b>c</c>.</param>
    private static LineageGraph Graph(string edges)
    {
        LineageEdge[] parsed =
        [
            .. edges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(e => new LineageEdge(e.Split('>')[0], e.Split('>')[1])),
        ];
        return new(
            [.. parsed.SelectMany(e => new[] { e.From, e.To }).Distinct().Select(id => new LineageNode(id, LineageKind.Run, id, ""))],
            parsed
        );
    }
}
