using AngleSharp.Dom;
using BlazorTransfer.Web.Components.Shared;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Components;

public sealed class ChartToolsTests : BunitContext
{
    private readonly BunitJSModuleInterop _script;

    public ChartToolsTests()
    {
        Services.AddLocalization();
        _script = JSInterop.SetupModule("./js/charts.js");
        _script.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Tools_CallTheScriptOfTheirChart()
    {
        IRenderedComponent<LineChart> chart = Chart(new ChartPoint(1, 0.5));

        Button(chart, "Reset zoom").Click();
        Button(chart, "PNG").Click();
        Button(chart, "CSV").Click();
        chart.Find("input[type=range]").Input("0.6");

        Assert.Single(_script.Invocations["resetZoom"]);
        Assert.Equal("Loss", _script.Invocations["savePng"][0].Arguments[1]);
        Assert.Equal("Loss", _script.Invocations["saveCsv"][0].Arguments[1]);
        Assert.Equal(0.6, _script.Invocations["smooth"][0].Arguments[1]);
        Assert.Equal("60 %", chart.Find("output").TextContent);
    }

    [Fact]
    public void LogScale_IsTurnedOnAndOff_AndSaysSo()
    {
        IRenderedComponent<LineChart> chart = Chart(new ChartPoint(1, 0.5));
        Assert.Equal("false", Button(chart, "Log scale").GetAttribute("aria-pressed"));

        Button(chart, "Log scale").Click();
        Assert.Equal("true", Button(chart, "Log scale").GetAttribute("aria-pressed"));
        Button(chart, "Log scale").Click();

        Assert.Equal([true, false], _script.Invocations["setLogScale"].Select(i => i.Arguments[1]));
    }

    [Fact]
    public void LogScale_IsNotOffered_WhereItWouldShowNothing()
    {
        Assert.DoesNotContain("Log scale", Chart(new ChartPoint(1, -2), new ChartPoint(2, 0)).Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Log scale", Chart(isPercent: true, new ChartPoint(1, 0.5)).Markup, StringComparison.Ordinal);
    }

    private static IElement Button(IRenderedComponent<LineChart> chart, string text) =>
        chart.FindAll("button").Single(b => b.TextContent.Trim() == text);

    private IRenderedComponent<LineChart> Chart(params ChartPoint[] points) => Chart(isPercent: false, points);

    private IRenderedComponent<LineChart> Chart(bool isPercent, params ChartPoint[] points) =>
        Render<LineChart>(p =>
            p.Add(c => c.Title, "Loss")
                .Add(c => c.XLabel, "epoch")
                .Add(c => c.Series, ["loss"])
                .Add(c => c.Percent, isPercent)
                .Add(c => c.Points, points)
        );
}
