using BlazorTransfer.Web.Components.Shared;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Components;

public sealed class ThinnedPointsTests : BunitContext
{
    public ThinnedPointsTests() => Services.AddLocalization();

    [Fact]
    public void FewPoints_StayAsTheyAre()
    {
        ThinnedPoints points = Line(ThinnedPoints.Most - 1);

        Assert.Equal(1, points.Stride);
        Assert.Equal(ThinnedPoints.Most - 1, points.Count);
        Assert.Equal(new double?[] { 7 }, points[6].Y);
    }

    [Fact]
    public void R13_AMillionPoints_BecomeMeansOfNeighbours()
    {
        const int count = 1_000_000;

        ThinnedPoints points = Line(count);

        Assert.InRange(points.Count, ThinnedPoints.Most / 4, ThinnedPoints.Most);
        // Each is the mean of its stride, at the stride's end, without a gap.
        for (int i = 0; i < points.Count; i++)
        {
            Assert.Equal((i + 1.0) * points.Stride, points[i].X);
            Assert.Equal(points[i].X - (points.Stride - 1) / 2.0, points[i].Y[0]!.Value, 1e-6);
        }

        Assert.InRange(points[^1].X, count - points.Stride + 1, count);
    }

    [Fact]
    public void MissingValues_AreLeftOutOfTheMeans()
    {
        var points = new ThinnedPoints();
        for (int i = 0; i < ThinnedPoints.Most; i++)
            points.Add(i % 2 == 0 ? new ChartPoint(i, 4, null) : new ChartPoint(i, 6));

        Assert.Equal(new double?[] { 5, null }, points[0].Y);
    }

    [Fact]
    public void AChart_WhosePointsWereThinned_IsDrawnAnew()
    {
        BunitJSModuleInterop module = JSInterop.SetupModule("./js/charts.js");
        module.Mode = JSRuntimeMode.Loose;
        ThinnedPoints points = Line(ThinnedPoints.Most - 1);
        IRenderedComponent<LineChart> chart = Render<LineChart>(p =>
            p.Add(c => c.Title, "Loss").Add(c => c.XLabel, "step").Add(c => c.Series, ["loss"]).Add(c => c.Points, points)
        );
        chart.WaitForAssertion(() => Assert.Equal([ThinnedPoints.Most - 1], Sent(module)));
        Assert.Empty(module.Invocations["clear"]);

        points.Add(new ChartPoint(ThinnedPoints.Most, 1));
        chart.Render();

        chart.WaitForAssertion(() => Assert.Equal([ThinnedPoints.Most - 1, ThinnedPoints.Most / 2], Sent(module)));
        Assert.Single(module.Invocations["clear"]);
    }

    private static int[] Sent(BunitJSModuleInterop module) =>
        [.. module.Invocations["append"].Select(i => Assert.IsType<object[][]>(i.Arguments[1]).Length)];

    private static ThinnedPoints Line(int count)
    {
        var points = new ThinnedPoints();
        for (int i = 1; i <= count; i++)
            points.Add(new ChartPoint(i, i));
        return points;
    }
}
