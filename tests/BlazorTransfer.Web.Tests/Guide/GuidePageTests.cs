using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Guide;
using BlazorTransfer.Web.Features.Projects;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Guide;

public sealed class GuidePageTests : PageTests, IAsyncLifetime
{
    private ClaimsPrincipal _ada = null!;

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    public async ValueTask InitializeAsync() => _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));

    [Fact]
    public void Home_ListsAllPages_AndTheGlossary()
    {
        IRenderedComponent<IComponent> page = Open<GuideHomePage>(_ada);

        Assert.Equal(
            [.. GuideTopics.All.Select(AppRoutes.GuidePage), AppRoutes.Glossary],
            page.FindAll("a.bt-card").Select(a => a.GetAttribute("href"))
        );
    }

    [Fact]
    public void Page_ShowsItsText_ItsPlaceInTheGuide_AndTheExperiment()
    {
        IRenderedComponent<IComponent> page = Open<GuidePage>(_ada, ("Topic", GuideTopics.KindsOfTransfer));

        Assert.Equal("Four kinds of transfer", page.Find("h1").TextContent);
        Assert.NotEmpty(page.FindAll("article table.bt-table"));
        Assert.Equal(AppRoutes.GuidePage(GuideTopics.KindsOfTransfer), page.Find("[aria-current=page]").GetAttribute("href"));
        Assert.Equal(AppRoutes.GuidePage(GuideTopics.TransferLearning), page.Find("[rel=prev]").GetAttribute("href"));
        Assert.Equal(AppRoutes.GuidePage(GuideTopics.FineTuning), page.Find("[rel=next]").GetAttribute("href"));
        Assert.Equal(2, page.FindAll($"a[href='{AppRoutes.GuideExperiment(GuideTopics.KindsOfTransfer)}']").Count);
    }

    [Fact]
    public void Glossary_ListsEachTerm_WithItsPage()
    {
        IRenderedComponent<IComponent> page = Open<GlossaryPage>(_ada);

        Assert.Contains("One pass through all training images.", page.Find("#Epoch dd").TextContent, StringComparison.Ordinal);
        Assert.Equal(AppRoutes.GuidePage(GuideTopics.DataPreparation), page.Find("#Epoch a").GetAttribute("href"));
    }

    [Fact]
    public async Task Experiment_WithoutAProject_MakesOneWithTheSampleDataSet_AndOpensTheForm()
    {
        IRenderedComponent<IComponent> page = Open<GuideExperimentPage>(_ada, ("Topic", GuideTopics.DomainAdaptation));
        Assert.Contains("You have no project yet.", page.Markup, StringComparison.Ordinal);

        page.Press(() => Button(page));

        await TestApp.WaitForAsync(() => Navigation.Uri.Contains("/runs/new?", StringComparison.Ordinal));
        Project project = Assert.Single(App.Get<ProjectService>().List(_ada));
        Dataset sample = Assert.Single(App.Get<DatasetService>().List(_ada, project.Id));
        string address = Navigation
            .ToAbsoluteUri(GuideLibrary.ExperimentAddress(GuideTopics.DomainAdaptation, project.Id, sample.Id))
            .AbsoluteUri;
        Assert.Equal(address, Navigation.Uri);
        Assert.Contains("source=lighting%3Dwarm", address, StringComparison.Ordinal);

        // The next experiment has all it needs.
        Navigation.NavigateTo("/guide");
        Open<GuideExperimentPage>(_ada, ("Topic", GuideTopics.TransferLearning));
        Assert.EndsWith(AppRoutes.Train(project.Id, sample.Id), Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Experiment_OfAViewer_ExplainsWhyAProjectOfTheirOwnIsNeeded()
    {
        Project project = App.Get<ProjectService>().Create(_ada, "Ada's project");
        ClaimsPrincipal vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        App.SetRole(project.Id, "Vera", ProjectRole.Viewer);

        IRenderedComponent<IComponent> page = Open<GuideExperimentPage>(vera, ("Topic", GuideTopics.Pitfalls));

        Assert.Contains("You are a viewer in your projects", page.Markup, StringComparison.Ordinal);
        Assert.Equal("Create project and open the experiment", Button(page).TextContent.Trim());
    }

    [Fact]
    public void Experiment_WithAProject_OffersIt()
    {
        App.Get<ProjectService>().Create(_ada, "Surfaces");

        IRenderedComponent<IComponent> page = Open<GuideExperimentPage>(_ada, ("Topic", GuideTopics.Pitfalls));

        Assert.Equal(["Surfaces", "New project"], page.FindAll("[role=radio] b").Select(b => b.TextContent));
        Assert.Equal("Surfaces", page.Find("[role=radio][aria-checked=true] b").TextContent);
        Assert.Equal("Add the sample data set and open the experiment", Button(page).TextContent.Trim());
    }

    private static IElement Button(IRenderedComponent<IComponent> page) => page.Find("button.mud-button-root");
}
