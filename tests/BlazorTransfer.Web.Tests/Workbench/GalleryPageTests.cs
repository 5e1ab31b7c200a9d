using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Workbench;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Workbench;

/// <summary>The gallery by mouse and keyboard, with what the browser's script would report.</summary>
public sealed class GalleryPageTests : PageTests
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    [Fact]
    public async Task Gallery_ShowsTheImages_WithTheirLabelsInWords()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        Assert.Equal(4, page.FindAll("[role=option]").Count);
        Assert.Equal(2, Labels(page).Count(l => l == "a"));
        Assert.All(page.FindAll("[role=option] img"), i => Assert.Equal("lazy", i.GetAttribute("loading")));
        Assert.Contains("4 images", page.Find(".found").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_ByClass_IsInTheAddressAndShowsItsImages()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        page.Press(() => Facet(page, "b"));

        Assert.EndsWith("/images?class=b", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal(["b", "b"], Labels(page)), TestApp.HangLimit);
    }

    [Fact]
    public async Task Click_WithCtrlAndShift_SelectsAsInAFileManager()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        await ClickAsync(page, 0);
        await ClickAsync(page, 2, new MouseEventArgs { CtrlKey = true });
        Assert.Equal([true, false, true, false], Selected(page));

        await ClickAsync(page, 3, new MouseEventArgs { ShiftKey = true });
        Assert.Equal([false, false, true, true], Selected(page));
        Assert.Contains("2 images selected", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Band_OverASecondColumn_SelectsThatColumn()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(width: 290);

        await page.InvokeAsync(() => Grid(page).OnBand(0, 1, 1, 1, isAdded: false));

        Assert.Equal([false, true, false, true], Selected(page));
    }

    [Fact]
    public async Task Digit_WithASelection_LabelsItAndCanBeUndone()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        await ClickAsync(page, 0);
        await ClickAsync(page, 1, new MouseEventArgs { CtrlKey = true });

        await KeyAsync(page, "2");
        Assert.Equal(["b", "b", "b", "b"], Labels(page));
        Assert.All(Selected(page), Assert.False);
        Assert.Contains("2 relabelled", page.Markup, StringComparison.Ordinal);

        await KeyAsync(page, "Ctrl+z");
        Assert.Equal(["a", "a", "b", "b"], Labels(page));
        await KeyAsync(page, "Ctrl+Shift+z");
        Assert.Equal(["b", "b", "b", "b"], Labels(page));
    }

    [Fact]
    public async Task Digits_OnUnlabelledImages_LabelOneAfterAnother()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(ImportLayout.Unlabelled, "?state=unlabelled", "cat", "dog");
        Assert.Equal(4, page.FindAll("[role=option]").Count);

        foreach (string key in new[] { "1", "2", "1", "2" })
            await KeyAsync(page, key);

        Assert.Contains("Every image has a label", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["cat", "dog", "cat", "dog"], Copy.Query(SampleFilter.All, default, 0, 4).Entries.Select(e => e.Sample.Label));
    }

    [Fact]
    public async Task Digit_WithoutAFilter_GoesOnToTheNextImage()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();

        await KeyAsync(page, "2");
        await KeyAsync(page, "2");

        Assert.Equal(["b", "b", "b", "b"], Labels(page));
        Assert.Equal("photo-2", page.Find("[role=listbox]").GetAttribute("aria-activedescendant"));
    }

    [Fact]
    public async Task CtrlA_ThenExclude_ExcludesAllThatMatchTheFilter()
    {
        IRenderedComponent<IComponent> page = await OpenAsync(query: "?class=a");

        await KeyAsync(page, "Ctrl+a");
        await KeyAsync(page, "e");

        Assert.Equal(2, Copy.Counts.Excluded);
        await KeyAsync(page, "Ctrl+z");
        Assert.Equal(0, Copy.Counts.Excluded);
    }

    [Fact]
    public async Task Split_OfASelection_MovesIt()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        await KeyAsync(page, "Ctrl+a");

        await page.InvokeAsync(() => page.FindComponent<SelectionBar>().Instance.OnSplit.InvokeAsync(Split.Test));

        Assert.Equal(4, Copy.Counts.BySplit.Test);
    }

    [Fact]
    public async Task Enter_OpensTheImage_AndTheAddressKeepsIt()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        string key = Copy.Query(SampleFilter.All, default, 1, 1).Entries[0].Sample.Key;
        await KeyAsync(page, "ArrowRight");

        await KeyAsync(page, "Enter");

        Assert.Contains($"image={key}", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains("2 of 4", page.Find("[role=dialog]").TextContent, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.FindComponent<ImageView>().Instance.OnKey("ArrowRight"));
        page.WaitForAssertion(() => Assert.Contains("3 of 4", page.Find("[role=dialog]").TextContent, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.FindComponent<ImageView>().Instance.OnKey("Escape"));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[role=dialog]")));
    }

    [Fact]
    public async Task OpenImage_Labelled_ShowsTheNextOneAndKeepsTheHistory()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        await KeyAsync(page, "Enter");

        await page.InvokeAsync(() => page.FindComponent<ImageView>().Instance.OnKey("2"));
        page.WaitForAssertion(() => Assert.Contains("2 of 4", page.Find("[role=dialog]").TextContent, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.FindComponent<ImageView>().Instance.OnKey("ArrowLeft"));

        page.WaitForAssertion(() => Assert.Contains("Class b", page.Find(".history").TextContent, StringComparison.Ordinal));
        Assert.Contains("Ada", page.Find(".history").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gallery_OfAViewer_ShowsAndChangesNothing()
    {
        IRenderedComponent<IComponent> first = await OpenAsync();
        User vera = await App.CreateUserAsync("Vera");
        App.SetRole(_project.Id, "Vera", ProjectRole.Viewer);
        await DisposeComponentsAsync();
        HasPopovers = false;
        IRenderedComponent<IComponent> page = Show(await App.PrincipalAsync(vera));

        foreach (string key in new[] { "2", "e", "Delete", "Backspace", "/" })
            await KeyAsync(page, key);
        await KeyAsync(page, "Ctrl+a");

        Assert.True(Copy.Summary.IsEmpty);
        Assert.Contains("4 images selected", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Set class", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_BySomebodyElse_IsShown()
    {
        IRenderedComponent<IComponent> page = await OpenAsync();
        string key = Copy.Query(SampleFilter.All, default, 0, 1).Entries[0].Sample.Key;

        Workspaces.Change(_ada, _project.Id, _dataset.Id, new SamplesLabelled([key], ["b"]));

        page.WaitForAssertion(() => Assert.Equal(["b", "a", "b", "b"], Labels(page)), TestApp.HangLimit);
    }

    [Fact]
    public async Task Gallery_InChinese_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<IComponent> page = await OpenAsync();
        await KeyAsync(page, "2");
        await KeyAsync(page, "Ctrl+a");
        await KeyAsync(page, "Enter");

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[role=dialog]")));
        ChineseTexts.AssertNoEnglish(page.Markup, [_project.Name, _dataset.Name, "Ada", "Enter", "Ctrl", "Shift", "jpg"]);
    }

    private BunitNavigationManager Navigation => Services.GetRequiredService<BunitNavigationManager>();

    private DatasetWorkspaces Workspaces => App.Get<DatasetWorkspaces>();

    private WorkingCopy Copy => Workspaces.Open(_ada, _project.Id, _dataset.Id);

    private async Task<IRenderedComponent<IComponent>> OpenAsync(
        ImportLayout layout = ImportLayout.Classes,
        string query = "",
        params string[] classes
    ) => await OpenAsync(1000, layout, query, classes);

    private async Task<IRenderedComponent<IComponent>> OpenAsync(
        int width,
        ImportLayout layout = ImportLayout.Classes,
        string query = "",
        params string[] classes
    )
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        _project = App.Get<ProjectService>().Create(_ada, "Project");
        _dataset = await App.ImportDatasetAsync(_ada, _project.Id, layout: layout);
        foreach (string name in classes)
            Workspaces.Change(_ada, _project.Id, _dataset.Id, new ClassAdded(name));
        return Show(_ada, query, width);
    }

    private IRenderedComponent<IComponent> Show(ClaimsPrincipal user, string query = "", int width = 1000)
    {
        Navigation.NavigateTo($"/projects/{_project.Id}/datasets/{_dataset.Id}/images{query}");
        IRenderedComponent<IComponent> page = Open<GalleryPage>(user, ("ProjectId", _project.Id), ("DatasetId", _dataset.Id));
        page.InvokeAsync(() => Grid(page).OnWidth(width)).GetAwaiter().GetResult();
        return page;
    }

    private static ImageGrid Grid(IRenderedComponent<IComponent> page) => page.FindComponent<ImageGrid>().Instance;

    private static Task KeyAsync(IRenderedComponent<IComponent> page, string key) => page.InvokeAsync(() => Grid(page).OnKey(key));

    private static Task ClickAsync(IRenderedComponent<IComponent> page, int position, MouseEventArgs? click = null) =>
        page.InvokeAsync(() => page.Find($"#photo-{position}").ClickAsync(click ?? new MouseEventArgs()));

    private static IElement Facet(IRenderedComponent<IComponent> page, string label) =>
        page.FindAll("[aria-labelledby=filter-class] button")
            .Single(f => f.Children[0].TextContent.Trim().EndsWith(label, StringComparison.Ordinal));

    private static IEnumerable<string> Labels(IRenderedComponent<IComponent> page) =>
        page.FindAll("[role=option] .caption").Select(c => c.TextContent.Trim());

    private static IEnumerable<bool> Selected(IRenderedComponent<IComponent> page) =>
        page.FindAll("[role=option]").Select(o => o.GetAttribute("aria-selected") == "true");
}
