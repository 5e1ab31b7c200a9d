using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Train;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Train;

public sealed class TrainPageTests : PageTests, IAsyncLifetime
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (_project, _dataset) = await App.CreateProjectWithDataAsync(_ada);
    }

    [Fact]
    public async Task Presets_AreOneGroupOfThree_AndQuickStartsARunWithOneClick()
    {
        await App.ImportWeightsAsync(_ada, "90");
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);
        Assert.Equal(["Quick", "Balanced", "Best"], page.FindAll("[role=radio] b").Select(b => b.TextContent));
        Assert.Equal("Balanced", page.Find("[role=radio][aria-checked=true] b").TextContent);
        Assert.All(page.FindAll("[role=radio]"), r => Assert.Contains("on this machine", r.TextContent, StringComparison.Ordinal));

        page.Press(() => page.FindAll("[role=radio]")[0]);
        page.Press(() => Start(page)!);

        await page.WaitForAssertionAsync(() => Assert.Contains("/runs/", Navigation.Uri, StringComparison.Ordinal), TestApp.HangLimit);
        Assert.Single(App.Get<RunService>().List(_ada, _project.Id));
    }

    [Fact]
    public async Task Best_ShowsItsStep_AndCanBeCancelled()
    {
        await App.ImportWeightsAsync(_ada, "hang");
        await App.ImportWeightsAsync(_ada, "90");
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);

        page.Press(() => page.FindAll("[role=radio]")[2]);
        page.Press(() => Start(page)!);
        await page.WaitForAssertionAsync(
            () => Assert.Contains("Step 1 of 2: ranking 2 networks", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Trim() == "Cancel"));

        await page.WaitForAssertionAsync(() => Assert.NotNull(Start(page)), TestApp.HangLimit);
        Assert.Empty(App.Get<RunService>().List(_ada, _project.Id));
    }

    [Fact]
    public async Task Viewer_SeesThePresets_AndWhyTheyCannotBeStarted()
    {
        await App.ImportWeightsAsync(_ada, "90");
        ClaimsPrincipal vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        App.SetRole(_project.Id, "Vera", ProjectRole.Viewer);

        IRenderedComponent<IComponent> page = await OpenAsync(vera);

        Assert.True(Start(page)!.HasAttribute("disabled"));
        Assert.Contains("You are a viewer of this project", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WithoutWeights_SaysSoInsteadOfThePresets()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);

        Assert.Contains("No pretrained weights are installed", page.Markup, StringComparison.Ordinal);
        Assert.Null(Start(page));
    }

    private static IElement? Start(IRenderedComponent<IComponent> page) =>
        page.FindAll("button").SingleOrDefault(b => b.TextContent.Trim() == "Start training");

    private async Task<IRenderedComponent<IComponent>> OpenAsync(ClaimsPrincipal user)
    {
        Navigation.NavigateTo($"/projects/{_project.Id}/train?dataset={_dataset.Id}");
        IRenderedComponent<IComponent> page = Open<TrainPage>(user, ("ProjectId", _project.Id));
        await page.WaitForAssertionAsync(
            () => Assert.DoesNotContain("Loading options", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        return page;
    }
}
