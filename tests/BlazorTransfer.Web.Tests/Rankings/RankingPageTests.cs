using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Rankings;

public sealed class RankingPageTests : PageTests
{
    [Fact]
    public async Task Page_WithoutWeights_SaysWhereToGetSome()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(ada);

        IRenderedComponent<IComponent> page = Open(ada, project, dataset);

        page.WaitForAssertion(() => Assert.Contains("No weights to rank yet", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
        Assert.Contains($"href=\"/projects/{project.Id}/networks\"", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Contains("Rank", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_OfAnEditor_RanksAndLeadsToARunWithTheBest_AndAViewerSeesTheSameWithoutButtons()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada")),
            vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(ada);
        App.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        foreach (string name in new[] { "70", "90", "unreadable" })
            await App.ImportWeightsAsync(ada, name);
        string best = App.Get<WeightsLibrary>().List(ada).Single(w => w.Name == "90").Id;
        IRenderedComponent<IComponent> page = Open(ada, project, dataset);
        page.WaitForAssertion(() => Assert.Contains("Rank 3 networks", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);

        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Contains("Rank 3", StringComparison.Ordinal)));
        page.WaitForAssertion(() => Assert.Contains("Results", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);

        // Best first; the random one at 50 % comes last, and cannot be used.
        Assert.Equal(["90.0 %", "70.0 %", "50.0 %"], Accuracies(page));
        Assert.Contains("Best", page.FindAll("tbody tr")[0].TextContent, StringComparison.Ordinal);
        Assert.Equal(
            [$"/projects/{project.Id}/runs/new?dataset={dataset.Id}&backbone=fake&weights={best}"],
            page.FindAll("tbody tr")[0].QuerySelectorAll("a").Select(a => a.GetAttribute("href"))
        );
        Assert.Empty(page.FindAll("tbody tr")[2].QuerySelectorAll("a"));
        Assert.Contains("It is damaged.", page.Markup, StringComparison.Ordinal);
        page.Press(() => page.FindAll("th button").Single(b => b.TextContent.StartsWith("Probe", StringComparison.Ordinal)));
        page.WaitForAssertion(() => Assert.Equal(["50.0 %", "70.0 %", "90.0 %"], Accuracies(page)));

        await DisposeComponentsAsync();
        IRenderedComponent<IComponent> viewers = Open(vera, project, dataset);
        viewers.WaitForAssertion(() => Assert.Equal(["90.0 %", "70.0 %", "50.0 %"], Accuracies(viewers)), TestApp.HangLimit);
        Assert.DoesNotContain(viewers.FindAll("button"), b => b.TextContent.Contains("again", StringComparison.Ordinal));
        Assert.Empty(viewers.FindAll("[aria-label^='Use ']"));
    }

    private static IEnumerable<string> Accuracies(IRenderedComponent<IComponent> page) =>
        page.FindAll("table")[0].QuerySelectorAll("tbody tr td:nth-child(2) b").Select(b => b.TextContent);

    private IRenderedComponent<IComponent> Open(ClaimsPrincipal user, Project project, Dataset dataset) =>
        Open<RankingPage>(user, ("ProjectId", project.Id), ("DatasetId", dataset.Id));
}
