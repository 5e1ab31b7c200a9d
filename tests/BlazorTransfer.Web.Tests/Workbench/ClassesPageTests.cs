using System.Security.Claims;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Workbench;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using Bunit;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Tests.Workbench;

public sealed class ClassesPageTests : PageTests
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    [Fact]
    public async Task Add_OfANewClass_PutsItLast()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        page.Find("form input").Change("c");
        page.Find("form").Submit();

        Assert.Equal(["a", "b", "c"], Classes(page));
    }

    [Fact]
    public async Task Add_OfAKnownClass_IsRefused()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        page.Find("form input").Change("a");
        page.Find("form").Submit();

        Assert.Equal(["a", "b"], Classes(page));
    }

    [Fact]
    public async Task Rename_ToANewName_KeepsTheImages()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();

        page.Press(() => page.Find("button[aria-label=\"Rename class 'a'\"]"));
        dialogs.Find("input").Input("ant");
        dialogs.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Equal(["ant", "b"], Classes(page)), TestApp.HangLimit);
        Assert.Equal(2, Copy.Counts.Classes[0].Total);
    }

    [Fact]
    public async Task Rename_ToTheNameOfAnotherClass_SaysThatBothAreMerged()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();

        page.Press(() => page.Find("button[aria-label=\"Rename class 'a'\"]"));
        dialogs.Find("input").Input("b");
        Assert.Contains("The images of both classes will be in it.", dialogs.Markup, StringComparison.Ordinal);
        dialogs.Find("form").Submit();

        page.WaitForAssertion(() => Assert.Equal(["b"], Classes(page)), TestApp.HangLimit);
        Assert.Equal(4, Copy.Counts.Classes[0].Total);
    }

    [Fact]
    public async Task Remove_Confirmed_LeavesTheImagesUnlabelled()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();

        page.Press(() => page.Find("button[aria-label=\"Remove class 'a'\"]"));
        Assert.Contains("2 images lose this class", dialogs.Markup, StringComparison.Ordinal);
        dialogs.FindAll("button").Last().Click();

        page.WaitForAssertion(() => Assert.Equal(["b"], Classes(page)), TestApp.HangLimit);
        Assert.Equal(2, Copy.Counts.Unlabelled);
        Assert.Contains("Label 2 unlabelled images", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_OfAViewer_AreShownWithoutActions()
    {
        await OpenAsync();
        User vera = await App.CreateUserAsync("Vera");
        App.SetRole(_project.Id, "Vera", ProjectRole.Viewer);
        await DisposeComponentsAsync();
        HasPopovers = false;

        IRenderedComponent<IComponent> page = Show(await App.PrincipalAsync(vera));

        Assert.Equal(["a", "b"], Classes(page));
        Assert.Empty(page.FindAll("main button, table button, form"));
    }

    [Fact]
    public async Task Classes_InChinese_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<IComponent> page = await OpenAsync();

        ChineseTexts.AssertNoEnglish(page.Markup, [_project.Name, _dataset.Name]);
    }

    private WorkingCopy Copy => App.Get<DatasetWorkspaces>().Open(_ada, _project.Id, _dataset.Id);

    private async Task<IRenderedComponent<IComponent>> OpenAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (_project, _dataset) = await App.CreateProjectWithDataAsync(_ada);
        return Show(_ada);
    }

    private IRenderedComponent<IComponent> Show(ClaimsPrincipal user) =>
        Open<ClassesPage>(user, ("ProjectId", _project.Id), ("DatasetId", _dataset.Id));

    private static IEnumerable<string> Classes(IRenderedComponent<IComponent> page) =>
        page.FindAll("table tbody td:first-child a").Select(a => a.TextContent);
}
