using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Workbench;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace BlazorTransfer.Web.Tests.Workbench;

/// <summary>Publishing, comparing and going back, on the pages.</summary>
public sealed class VersionsPageTests : PageTests
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    [Fact]
    public async Task Versions_WithoutChanges_OfferNothingToPublish()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        Assert.Contains("No changes since version 1.", page.Find(".changes").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("form"));
    }

    [Fact]
    public async Task Publish_WithANote_MakesAVersionWithItsAuthor()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        Relabel(0, "b");
        page.WaitForAssertion(() => Assert.Contains("1 relabelled", page.Find(".changes").TextContent, StringComparison.Ordinal));

        await PublishAsync(page, "Corrected a label");

        string row = page.Find("table tbody tr").TextContent;
        Assert.Contains("Version 2", row, StringComparison.Ordinal);
        Assert.Contains("Corrected a label", row, StringComparison.Ordinal);
        Assert.Contains("Ada", row, StringComparison.Ordinal);
        Assert.Contains("Version 2 is published.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_OfLabelsWithoutValidation_SaysWhyNotAndDrawsASplit()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(ImportLayout.Unlabelled);
        foreach (string name in new[] { "a", "b" })
            Workspaces.Change(_ada, _project.Id, _dataset.Id, new ClassAdded(name));
        for (int i = 0; i < 4; i++)
            Relabel(i, i < 2 ? "a" : "b");
        page.WaitForAssertion(() =>
            Assert.Contains(
                "No labelled image is in the validation split.",
                page.Find(".bt-note.warn").TextContent,
                StringComparison.Ordinal
            )
        );
        Assert.True(page.Find("form button").HasAttribute("disabled"));

        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Contains("20 % of each class", StringComparison.Ordinal)));

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".bt-note.warn")));
        Assert.All(Copy.Counts.Classes, c => Assert.Equal(1, c.Validation));
    }

    [Fact]
    public async Task Undo_OfARecentChange_TakesItBack()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        Relabel(0, "b");
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".recent li")));

        page.Press(() => page.Find(".recent button"));

        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".recent li")));
        Assert.True(Copy.Summary.IsEmpty);
    }

    [Fact]
    public async Task GoBack_ToAnOlderVersion_ChangesTheWorkingCopy()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();
        Relabel(0, "b");
        await PublishAsync(page, "");

        page.Press(() => page.Find("button[aria-label='Go back to version 1']"));
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll("button")));
        dialogs.FindAll("button").Last().Click();

        page.WaitForAssertion(() => Assert.Equal(2, Copy.Counts.Classes[0].Total), TestApp.HangLimit);
    }

    [Fact]
    public async Task Versions_ListTheRunsThatUsedThem()
    {
        (ClaimsPrincipal ada, Project project, Dataset dataset) = await StartAsync();
        Run run = await App.SubmitAsync(ada, project, dataset, "succeed");
        await App.WaitForEndAsync(run.Id);

        IRenderedComponent<IComponent> page = Show(ada);

        Assert.Equal("#1", page.Find("a.run").TextContent);
    }

    [Fact]
    public async Task Versions_OfAViewer_AreShownWithoutActions()
    {
        await StartAsync();
        Relabel(0, "b");
        User vera = await App.CreateUserAsync("Vera");
        App.SetRole(_project.Id, "Vera", ProjectRole.Viewer);

        IRenderedComponent<IComponent> page = Show(await App.PrincipalAsync(vera));

        Assert.Contains("1 relabelled", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("form, .recent button, button[aria-label^='Go back']"));
    }

    [Fact]
    public async Task Compare_OfVersions_ShowsWhatWasAndWhatIs()
    {
        IRenderedComponent<IComponent> versions = await OpenAsync();
        Relabel(0, "b");
        await PublishAsync(versions, "");
        await DisposeComponentsAsync();
        HasPopovers = false;
        Services
            .GetRequiredService<BunitNavigationManager>()
            .NavigateTo($"/projects/{_project.Id}/datasets/{_dataset.Id}/versions/compare?from=1&to=2");

        IRenderedComponent<IComponent> page = Open<VersionComparePage>(_ada, ("ProjectId", _project.Id), ("DatasetId", _dataset.Id));

        Assert.Equal(("a", "b"), (page.Find("del").TextContent, page.Find("ins").TextContent));
        page.Press(() => page.FindAll(".tile").Single(t => t.TextContent.StartsWith("Added", StringComparison.Ordinal)));
        Assert.Empty(page.FindAll(".bt-sample"));
    }

    [Fact]
    public async Task RunPage_AfterARelabelling_SaysThatTheDataHasChanged()
    {
        (ClaimsPrincipal ada, Project project, Dataset dataset) = await StartAsync();
        Run run = await App.SubmitAsync(ada, project, dataset, "succeed");
        await App.WaitForEndAsync(run.Id);
        Relabel(0, "b");

        IRenderedComponent<IComponent> page = Open<RunPage>(ada, ("ProjectId", project.Id), ("RunId", run.Id));

        page.WaitForAssertion(
            () => Assert.Contains("Unpublished changes: 1 relabelled.", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
    }

    [Fact]
    public async Task Pages_InChinese_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<IComponent> page = await OpenAsync();
        Relabel(0, "b");
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".recent li")));
        ChineseTexts.AssertNoEnglish(page.Markup, [_project.Name, _dataset.Name, "Ada", "ImageFolder", "COCO", "labels.csv"]);
        await DisposeComponentsAsync();
        HasPopovers = false;

        IRenderedComponent<IComponent> compare = Open<VersionComparePage>(_ada, ("ProjectId", _project.Id), ("DatasetId", _dataset.Id));

        ChineseTexts.AssertNoEnglish(compare.Markup, [_project.Name, _dataset.Name, "jpg"]);
    }

    private DatasetWorkspaces Workspaces => App.Get<DatasetWorkspaces>();

    private WorkingCopy Copy => Workspaces.Open(_ada, _project.Id, _dataset.Id);

    private async Task<(ClaimsPrincipal User, Project Project, Dataset Dataset)> StartAsync(ImportLayout layout = ImportLayout.Classes)
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        _project = App.Get<ProjectService>().Create(_ada, "Project");
        _dataset = await App.ImportDatasetAsync(_ada, _project.Id, layout: layout);
        return (_ada, _project, _dataset);
    }

    private async Task<IRenderedComponent<IComponent>> OpenAsync(ImportLayout layout = ImportLayout.Classes)
    {
        await StartAsync(layout);
        return Show(_ada);
    }

    private IRenderedComponent<IComponent> Show(ClaimsPrincipal user) =>
        Open<VersionsPage>(user, ("ProjectId", _project.Id), ("DatasetId", _dataset.Id));

    private void Relabel(int position, string label)
    {
        string key = Copy.Query(SampleFilter.All, default, position, 1).Entries[0].Sample.Key;
        Workspaces.Change(_ada, _project.Id, _dataset.Id, new SamplesLabelled([key], [label]));
    }

    private static async Task PublishAsync(IRenderedComponent<IComponent> page, string note)
    {
        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("form")), TestApp.HangLimit);
        page.On(() => page.Find("form input"), input => input.Input(note));
        page.On(() => page.Find("form"), form => form.Submit());
        await page.WaitForAssertionAsync(() => Assert.Equal(2, page.FindAll("table tbody tr").Count), TestApp.HangLimit);
        await page.WaitForAssertionAsync(() => Assert.Contains("is published", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
    }
}
