using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>A small search with the real worker, from the form to a model that is trained on all data.</summary>
public sealed class ExperimentTests(BrowserFixture browser)
{
    [Fact]
    public async Task Search_EndsOnItsPage_IsOneLineOfTheList_AndItsBestSettingsTrainOnAllData()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Search");
        await page.UseSampleDataSetAsync();
        string project = string.Join('/', new Uri(page.Url).AbsolutePath.Split('/')[..3]);

        await page.SearchAsync(project, trials: 3);

        Assert.Matches("/experiments/[0-9a-z]+$", page.Url);
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^Best configuration: Trial [123]$") })).ToBeVisibleAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        IDownload download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Download best") }).ClickAsync()
        );
        Assert.EndsWith(".zip", download.SuggestedFilename, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await Expect(page.GetByText("Hyper-parameter search, 3 trials")).ToBeVisibleAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Show the runs of ") }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(5);
        await page.GetByLabel("Find", new() { Exact = true }).FillAsync("no such run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear filters" }).ClickAsync();
        await page.Locator("td.bt-wrap > a").First.ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Train best on all data" }).ClickAsync();
        await Expect(page.GetByText("Trained on all data with the best settings of")).ToBeVisibleAsync();
        await Expect(page.GetByText("Succeeded", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit name and notes" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Final model");
        await page.GetByLabel("Notes", new() { Exact = true }).FillAsync("For line A.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^#5 Final model$") })).ToBeVisibleAsync();
        await Expect(page.GetByText("For line A.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("Several seeds", "Start 5 runs", "^Repeats, 5 seeds")]
    [InlineData("Cross-validation", "Start 5 runs", "^Cross-validation, 5 folds")]
    public async Task SeveralRuns_WhenStarted_OpenThePageOfTheExperiment(string kind, string start, string subtitle)
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl, 390, 844, ColorScheme.Dark);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Repeats");
        await page.UseSampleDataSetAsync();
        string project = string.Join('/', new Uri(page.Url).AbsolutePath.Split('/')[..3]);
        await page.GotoAsync($"{project}/runs/new");
        await page.ChooseSmallNetworkAsync();
        await page.OpenSectionAsync("Repeats and search");
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new($"^{kind}") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = start }).ClickAsync();

        await Expect(page.GetByText(new Regex(subtitle))).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel remaining runs" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel remaining runs" }).ClickAsync();
        await Expect(page.GetByText("Cancelled", new() { Exact = true }).First).ToBeVisibleAsync();
        // Name, status and accuracy of each run fit a phone.
        await page.GotoAsync($"{project}/runs");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.True(
            await page.Locator(".bt-table-card").EvaluateAsync<bool>("card => card.scrollWidth <= card.clientWidth"),
            "The list of runs must fit the width of a phone."
        );
    }
}
