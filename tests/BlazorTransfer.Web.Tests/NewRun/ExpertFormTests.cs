using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.NewRun;

/// <summary>The expert form as a page: sections, summary, drafts and templates.</summary>
public sealed class ExpertFormTests : PageTests, IAsyncLifetime
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunTemplates Templates => App.Get<RunTemplates>();

    private RunRequest Request =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fine-tuning",
            Folds = 2,
        };

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (_project, _dataset) = await App.CreateProjectWithDataAsync(_ada);
    }

    [Fact]
    public async Task Sections_AreClosedAtFirst_ButImagesNetworkAndMethod()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);

        Assert.Equal(["Images", "Network", "Method"], Sections(page, isOpen: true));
        page.Press(() =>
            page.FindAll("details.bt-section > summary").Single(s => s.TextContent.Contains("Settings", StringComparison.Ordinal))
        );
        await page.WaitForAssertionAsync(() => Assert.Contains("Settings", Sections(page, isOpen: true)), TestApp.HangLimit);
    }

    [Fact]
    public async Task Summary_NamesTheChoicesAndTheTime_AndWhatIsMissing()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);
        Assert.Equal(["Data", "Fake"], page.FindAll("aside dd").Take(2).Select(d => d.TextContent));
        Assert.Contains("on this machine", page.Find("aside").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("aside [role=alert]"));

        // A target domain without images for it.
        page.Press(() => Radio(page, "A different domain"));

        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("aside [role=alert]")), TestApp.HangLimit);
        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.DoesNotContain("Deployment data", Sections(page, isOpen: true));
        await page.InvokeAsync(() => page.Find("aside [role=alert] button").ClickAsync(new()));
        await page.WaitForAssertionAsync(() => Assert.Contains("Deployment data", Sections(page, isOpen: true)), TestApp.HangLimit);
    }

    [Fact]
    public async Task Choices_SurviveALookAtAnotherPage_UntilOneStartsOver()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);
        Assert.False(IsChosen(page, "Fine-tuning"));
        page.Press(() => Radio(page, "Fine-tuning"));
        await page.WaitForAssertionAsync(() => Assert.True(IsChosen(page, "Fine-tuning")), TestApp.HangLimit);
        ClaimsPrincipal bob = await App.PrincipalAsync(await App.CreateUserAsync("Bob"));
        App.SetRole(_project.Id, "Bob", ProjectRole.Editor);

        IRenderedComponent<IComponent> again = await OpenAsync(_ada),
            others = await OpenAsync(bob);

        Assert.True(IsChosen(again, "Fine-tuning"));
        Assert.Contains("Your earlier choices are restored", again.Markup, StringComparison.Ordinal);
        // Somebody else's choices are somebody else's.
        Assert.False(IsChosen(others, "Fine-tuning"));
        again.Press(() => again.FindAll("button").First(b => b.TextContent.Trim() == "Start over"));
        await again.WaitForAssertionAsync(() => Assert.False(IsChosen(again, "Fine-tuning")), TestApp.HangLimit);
        Assert.False(IsChosen(await OpenAsync(_ada), "Fine-tuning"));
    }

    [Fact]
    public async Task Draft_GivesWayToALinkThatNamesMore_AndToTheRunThatIsStarted()
    {
        await App.ImportWeightsAsync(_ada, "90");
        App.Get<FormDrafts>().Keep(_ada, _project.Id, new FormDraft(Request, NeedsWeights: false));

        Assert.False(IsChosen(await OpenAsync(_ada, "backbone=fake"), "Fine-tuning"));
        IRenderedComponent<IComponent> page = await OpenAsync(_ada);
        Assert.True(IsChosen(page, "Fine-tuning"));
        Assert.True(IsChosen(page, "Cross-validation"));
        await page.Find("form").SubmitAsync();

        await page.WaitForAssertionAsync(() => Assert.Null(App.Get<FormDrafts>().Find(_ada, _project.Id)), TestApp.HangLimit);
        Assert.Equal(2, App.Get<RunService>().List(_ada, _project.Id).Count);
    }

    [Fact]
    public async Task Template_IsLoadedForOtherImages_AndDeletedWithItsProject()
    {
        Dataset other = await App.ImportDatasetAsync(
            _ada,
            _project.Id,
            [("a/1.jpg", TestZip.Jpeg(11)), ("a/2.jpg", TestZip.Jpeg(61)), ("b/1.jpg", TestZip.Jpeg(121)), ("b/2.jpg", TestZip.Jpeg(201))]
        );
        RunTemplate template = Templates.Save(_ada, _project.Id, " Usual ", Request);
        Assert.Throws<RefusedException>(() => Templates.Save(_ada, _project.Id, "usual", Request));
        IRenderedComponent<IComponent> page = await OpenAsync(_ada, $"dataset={other.Id}");

        page.Press(() => page.FindAll("button").Single(b => b.TextContent == "Usual"));

        await page.WaitForAssertionAsync(() => Assert.True(IsChosen(page, "Fine-tuning")), TestApp.HangLimit);
        Assert.True(IsChosen(page, "Cross-validation"));
        Assert.Equal(other.Id, App.Get<FormDrafts>().Find(_ada, _project.Id)!.Request.DatasetId);
        Templates.Delete(_ada, _project.Id, template.Id);
        Templates.Save(_ada, _project.Id, "Usual", Request);
        App.Get<ProjectService>().Delete(_ada, _project.Id);
        Assert.Equal(0, App.Get<Web.Storage.DocumentCollection<RunTemplate>>().Count());
    }

    [Fact]
    public void Template_OfAnotherProject_IsNotThere()
    {
        Project other = App.Get<ProjectService>().Create(_ada, "Other");
        RunTemplate template = Templates.Save(_ada, other.Id, "Elsewhere", Request);

        Assert.Empty(Templates.List(_ada, _project.Id));
        Assert.Throws<NotFoundException>(() => Templates.Delete(_ada, _project.Id, template.Id));
    }

    [Fact]
    public async Task Viewer_SeesWhyTheFormCannotBeSubmitted()
    {
        ClaimsPrincipal vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        App.SetRole(_project.Id, "Vera", ProjectRole.Viewer);

        IRenderedComponent<IComponent> page = await OpenAsync(vera);

        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.Contains("You are a viewer of this project", page.Find("aside").TextContent, StringComparison.Ordinal);
    }

    private static IElement Radio(IRenderedComponent<IComponent> page, string title) =>
        page.FindAll("[role=radio]").Single(r => r.QuerySelector("b")!.TextContent == title);

    private static bool IsChosen(IRenderedComponent<IComponent> page, string title) =>
        Radio(page, title).GetAttribute("aria-checked") == "true";

    private static IEnumerable<string> Sections(IRenderedComponent<IComponent> page, bool isOpen) =>
        page.FindAll("details.bt-section").Where(d => d.HasAttribute("open") == isOpen).Select(d => d.QuerySelector("h2")!.TextContent);

    private async Task<IRenderedComponent<IComponent>> OpenAsync(ClaimsPrincipal user, string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/projects/{_project.Id}/runs/new?{query}");
        IRenderedComponent<IComponent> page = Open<NewRunPage>(user, ("ProjectId", _project.Id));
        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("form")), TestApp.HangLimit);
        return page;
    }
}
