using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>
/// Visits every page in both themes and two widths: none reports an error or has to be scrolled sideways. Photographs them for people to
/// look at where BLAZORTRANSFER_SCREENSHOTS names a folder. With BLAZORTRANSFER_TOUR_ZIP and BLAZORTRANSFER_TOUR_WEIGHTS, an own zip of
/// images and own weights for MobileNetV2 are used.
/// </summary>
public sealed class ScreenTour(BrowserFixture browser)
{
    private const string MissingPage = "/nowhere";

    private static readonly string? Zip = Environment.GetEnvironmentVariable("BLAZORTRANSFER_TOUR_ZIP");
    private static readonly string? Weights = Environment.GetEnvironmentVariable("BLAZORTRANSFER_TOUR_WEIGHTS");

    private static string Backbone => Weights is null ? "ResNet-18 slim" : "MobileNetV2";

    [LongFact]
    public async Task EveryPage_InBothThemesAndWidths_FitsAndReportsNoError()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        var problems = new List<string>();
        page.Console += (_, message) =>
        {
            // The browser reports the status 404 of a missing page, which is the right answer.
            if (message.Type == "error" && !message.Location.Contains(MissingPage, StringComparison.Ordinal))
                problems.Add($"{message.Location}: {message.Text}");
        };
        page.PageError += (_, error) => problems.Add(error);
        await page.GotoAsync("/");
        await ShootAsync(page, "setup");
        await page.SetUpAsync(app);
        await ShootAsync(page, "home-empty");
        if (Weights is not null)
            await UploadWeightsAsync(page, Weights);
        await page.GotoAsync("/");
        await page.CreateProjectAsync("Surface inspection, line A");
        await ShootAsync(page, "project-empty");
        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Data sets" })).ToBeVisibleAsync();
        await ShootAsync(page, "datasets-empty");
        if (Zip is null)
            await page.UseSampleDataSetAsync();
        else
            await UploadZipAsync(page, Zip);
        await ShootAsync(page, "datasets");
        await page.Locator("a.bt-card").First.ClickAsync();
        await Expect(page.Locator(".bt-thumb img").First).ToBeVisibleAsync();
        await ShootAsync(page, "dataset");
        string project = new Uri(page.Url).AbsolutePath.Split('/')[2];
        await CorrectAsync(page, new Uri(page.Url).AbsolutePath);
        await page.GotoAsync($"/projects/{project}/runs");
        await ShootAsync(page, "runs-empty");
        await page.GotoAsync($"/projects/{project}/train");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start training" })).ToBeVisibleAsync();
        await ShootAsync(page, "train");
        await page.GotoAsync($"/projects/{project}/runs/new");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start run" })).ToBeVisibleAsync();
        await ShootAsync(page, "run-new");
        await page.StartRunAsync(Backbone, "Linear probe", ("Epochs", "30"));
        await Expect(page.GetByText("Succeeded")).ToBeVisibleAsync();
        await Expect(page.Locator(".bt-matrix")).ToBeVisibleAsync();
        await ShootAsync(page, "run-finished");
        string finished = page.RunId();
        await page.StartRunAsync(Backbone, "Fine-tuning", ("Epochs", "400"));
        await Expect(page.GetByText(new Regex("[1-9]\\d* / 400"))).ToBeVisibleAsync();
        await ShootAsync(page, "run-live");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel run" }).ClickAsync();
        await ShootAsync(page, "dialog");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();
        await Expect(page.GetByText("Cancelled", new() { Exact = true })).ToBeVisibleAsync();
        await ShootAsync(page, "run-cancelled");
        await page.StartRunAsync("ResNet-18 slim", "Training from scratch", ("Epochs", "300"));
        await Expect(page.GetByText(new Regex("[1-9]\\d* / 300"))).ToBeVisibleAsync();
        app.KillWorker(page.RunId());
        await Expect(page.GetByText("The worker was killed (SIGKILL)")).ToBeVisibleAsync();
        await ShootAsync(page, "run-failed");
        await page.GotoAsync($"/projects/{project}/runs/new?start={finished}");
        await page.OpenSectionAsync("Repeats and search");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Several seeds" }).ClickAsync();
        await page.GetByLabel("Seeds", new() { Exact = true }).FillAsync("3");
        await page.GetByLabel("Seeds", new() { Exact = true }).PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start 3 runs" }).ClickAsync();
        await Expect(page.GetByText("Succeeded", new() { Exact = true })).ToHaveCountAsync(4);
        await ShootAsync(page, "run-experiment");
        await TryOutAsync(page, project);
        await SearchAsync(page, project);
        await page.GotoAsync($"/projects/{project}/runs");
        await ShootAsync(page, "runs");
        // Runs of an experiment stand under its line.
        ILocator experiments = page.Locator(".bt-expand");
        for (int i = 0; i < await experiments.CountAsync(); i++)
        {
            await experiments.Nth(i).ClickAsync();
            await Expect(experiments.Nth(i)).ToHaveAttributeAsync("aria-expanded", "true");
        }

        await page.CompareRunsAsync(1, 4, 5, 6);
        await ShootAsync(page, "run-compare");
        await page.GotoAsync($"/projects/{project}");
        await ShootAsync(page, "project");
        await RankAsync(page, project);
        await CheckSystemAsync(page);
        foreach (
            string path in new[]
            {
                $"/projects/{project}/members",
                $"/projects/{project}/lineage",
                "/networks",
                "/guide",
                "/guide/domain-adaptation",
                "/guide/glossary",
                "/team",
                "/account",
                "/",
                MissingPage,
            }
        )
        {
            await page.GotoAsync(path);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            await ShootAsync(page, path == "/" ? "home" : path.Split('/')[^1]);
        }

        Assert.Empty(problems);
    }

    /// <summary>Relabels some images, looks at the pages that show it, and takes it back.</summary>
    private static async Task CorrectAsync(IPage page, string dataset)
    {
        ILocator images = page.Locator("[role=option]");
        await page.GotoAsync($"{dataset}/images");
        await images.Nth(0).ClickAsync();
        await images.Nth(2).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.GetByText("3 images selected")).ToBeVisibleAsync();
        await ShootAsync(page, "gallery");
        await images.Nth(3).ClickAsync();
        await page.Keyboard.PressAsync("2");
        await Expect(page.GetByText("1 relabelled", new() { Exact = false }).First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await ShootAsync(page, "image");
        foreach (string path in new[] { "classes", "versions", "versions/compare" })
        {
            await page.GotoAsync($"{dataset}/{path}");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 2 }).First).ToBeVisibleAsync();
            await ShootAsync(page, path.Replace('/', '-'));
        }

        await page.GotoAsync($"{dataset}/versions");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Undo:") }).First.ClickAsync();
        await Expect(page.GetByText("No changes since version 1.")).ToBeVisibleAsync();
    }

    private static async Task TryOutAsync(IPage page, string project)
    {
        await page.GotoAsync($"/projects/{project}/runs/new");
        await page.ChooseSmallNetworkAsync();
        await ChooseLinearProbeAsync(page);
        await page.OpenSectionAsync("Augmentation");
        await page.OpenSectionAsync("Settings");
        await page.Locator(".bt-preview summary").ClickAsync();
        await Expect(page.GetByText("These settings change nothing")).ToBeVisibleAsync();
        await page.GetByLabel("Crop and mirroring").ClickAsync();
        await page.Locator(".mud-popover-open .mud-list-item", new() { HasText = "Strong" }).ClickAsync();
        await Expect(page.GetByText("These settings change nothing")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Find a learning rate" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Find again" })).ToBeVisibleAsync();
        await ShootAsync(page, "run-new-tried");
    }

    private static async Task ChooseLinearProbeAsync(IPage page)
    {
        ILocator probe = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Linear probe") });
        await probe.ClickAsync();
        await Expect(probe).ToBeCheckedAsync();
    }

    private static async Task SearchAsync(IPage page, string project)
    {
        await page.GotoAsync($"/projects/{project}/runs/new");
        await page.ChooseSmallNetworkAsync();
        await ChooseLinearProbeAsync(page);
        await page.OpenSectionAsync("Repeats and search");
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Search") }).ClickAsync();
        await page.GetByLabel("Trials", new() { Exact = true }).FillAsync("6");
        await page.GetByLabel("Trials", new() { Exact = true }).PressAsync("Tab");
        await ShootAsync(page, "run-new-search");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start 6 runs" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Train best on all data" })).ToBeVisibleAsync();
        await ShootAsync(page, "run-search");
    }

    private static async Task CheckSystemAsync(IPage page)
    {
        await page.GotoAsync("/system");
        await Expect(page.GetByText("Not checked yet")).ToBeVisibleAsync();
        await ShootAsync(page, "system-empty");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check system" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Precisions" })).ToBeVisibleAsync();
        await ShootAsync(page, "system");
    }

    private static async Task RankAsync(IPage page, string project)
    {
        await page.GotoAsync($"/projects/{project}/datasets");
        await page.Locator("a.bt-card").First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Rank networks" }).ClickAsync();
        ILocator rank = page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Rank") });
        await Expect(rank).ToBeVisibleAsync();
        await ShootAsync(page, "ranking-empty");
        await rank.ClickAsync();
        await Expect(page.Locator(".bt-chart canvas")).ToBeVisibleAsync();
        await ShootAsync(page, "ranking");
    }

    private static async Task UploadZipAsync(IPage page, string zip)
    {
        await page.UploadAsync(zip);
        await Expect(page.Locator("a.bt-card").First).ToBeVisibleAsync();
    }

    private static async Task UploadWeightsAsync(IPage page, string weights)
    {
        await page.GotoAsync("/networks");
        await page.Locator("input[type=file]").SetInputFilesAsync(weights);
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "mobilenet_v2", Exact = true })).ToBeVisibleAsync();
    }

    private static Task ShootAsync(IPage page, string name) =>
        page.ShowAsync(name, whole: name.StartsWith("run-", StringComparison.Ordinal));
}
