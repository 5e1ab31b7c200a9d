using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Runs;

public sealed class RunsPageTests : PageTests, IAsyncLifetime
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => App.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (_project, _dataset) = await App.CreateProjectWithDataAsync(_ada);
    }

    [Fact]
    public async Task Experiment_IsOneLine_WithItsFigure_AndExpandsToItsRuns()
    {
        await SubmitAsync("Alone", 1);
        await SubmitAsync("Three seeds", 3);
        IRenderedComponent<IComponent> page = Open();

        Assert.Equal(["Three seeds", "Alone"], Names(page));
        Assert.Contains("Repeats, 3 seeds", Row(page, "Three seeds").TextContent, StringComparison.Ordinal);
        Assert.Contains("75.0 % ± 0.0", Row(page, "Three seeds").TextContent, StringComparison.Ordinal);
        page.Press(() => Row(page, "Three seeds").QuerySelector("button[aria-expanded=false]")!);

        Assert.Equal(["Three seeds", "Three seeds, seed 0", "Three seeds, seed 1", "Three seeds, seed 2", "Alone"], Names(page));
    }

    [Fact]
    public async Task SortByAccuracy_BeginsWithTheBest_AndRunsWithoutOneComeLast()
    {
        foreach ((string name, double? top1) in new[] { ("Middle", 0.5), ("Best", 0.9), ("None", (double?)null), ("Worst", 0.1) })
        {
            Run run = await SubmitAsync(name, 1);
            App.Get<DocumentCollection<Run>>().Change(run.Id, r => r with { BestTop1 = top1 });
        }

        IRenderedComponent<IComponent> page = Open();
        page.Press(() => Header(page, "Accuracy"));
        Assert.EndsWith("sort=-accuracy", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);

        Assert.Equal(["Best", "Middle", "Worst", "None"], Names(await OpenAtAsync("?sort=-accuracy")));
        Assert.Equal(["Worst", "Middle", "Best", "None"], Names(await OpenAtAsync("?sort=accuracy")));
    }

    [Fact]
    public async Task Filter_WithoutAMatch_SaysSo_AndCanBeCleared()
    {
        await SubmitAsync("Alone", 1);
        IRenderedComponent<IComponent> page = await OpenAtAsync("?find=nothing+like+it");

        Assert.Empty(page.FindAll("table"));
        Assert.Contains("No run matches the filters", page.Markup, StringComparison.Ordinal);
        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Trim() == "Clear filters"));

        Assert.EndsWith("/runs", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(IRenderedComponent<IComponent> page) =>
        page.FindAll("tbody tr td.bt-wrap > a").Select(a => a.TextContent);

    private static IElement Row(IRenderedComponent<IComponent> page, string name) =>
        page.FindAll("tbody tr").Single(r => r.QuerySelector("td.bt-wrap > a")!.TextContent == name);

    private static IElement Header(IRenderedComponent<IComponent> page, string title) =>
        page.FindAll("thead button").Single(b => b.TextContent.Trim() == title);

    private IRenderedComponent<IComponent> Open() => Open<RunsPage>(_ada, (nameof(RunsPage.ProjectId), _project.Id));

    private async Task<IRenderedComponent<IComponent>> OpenAtAsync(string query)
    {
        await DisposeComponentsAsync();
        Services.GetRequiredService<BunitNavigationManager>().NavigateTo($"/projects/{_project.Id}/runs{query}");
        return Open();
    }

    private async Task<Run> SubmitAsync(string name, int repeats)
    {
        Run run = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            new RunRequest
            {
                Name = name,
                DatasetId = _dataset.Id,
                DatasetVersion = 1,
                Backbone = "fake",
                Method = "fake-method",
                Repeats = repeats,
            }
        );
        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).All(r => r.Status.IsFinal()));
        return run;
    }
}
