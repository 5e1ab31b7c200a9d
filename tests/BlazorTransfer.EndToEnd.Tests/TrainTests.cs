using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>From images to a model without the expert settings.</summary>
public sealed partial class TrainTests(BrowserFixture browser)
{
    private const int MostTabStops = 12;

    [Fact]
    public async Task Quick_FromAnImport_GivesAModel()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Quick");
        await page.UseSampleDataSetAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Train a model" }).ClickAsync();
        ILocator balanced = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Balanced") });
        await Expect(balanced).ToBeCheckedAsync();
        await page.PhotographAsync("train");

        await page.ReloadAsync();
        await Expect(balanced).ToBeCheckedAsync();
        Assert.InRange(await TabStopsToStartAsync(page), 1, MostTabStops);
        await page.ChooseQuickAsync();
        // As an impatient hand does; it must start one run.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start training" }).DblClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^#1 ") })).ToBeVisibleAsync();
        await Expect(JourneyTexts.English.DownloadOn(page)).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Linear probe, ResNet-18") })).ToHaveCountAsync(1);
    }

    /// <summary>Clicks as a new user with real photographs. The seconds are printed and not judged: they are the machine's.</summary>
    [LongFact]
    public async Task Quick_OnHymenoptera_ShowsAtLeast93Percent()
    {
        string zip = Path.Combine(Directory.CreateTempSubdirectory("blazortransfer-e2e-").FullName, "hymenoptera.zip");
        ZipFile.CreateFromDirectory(SharedFiles.Path("data", "hymenoptera"), zip);
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Insects");
        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await page.UploadAsync(zip);
        ILocator train = page.GetByRole(AriaRole.Link, new() { Name = "Train a model" });
        await Expect(train).ToBeVisibleAsync();
        var clock = Stopwatch.StartNew();
        await train.ClickAsync();
        await page.ChooseQuickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start training" }).ClickAsync();
        await Expect(JourneyTexts.English.DownloadOn(page).First).ToBeVisibleAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"From the import to the model: {clock.Elapsed.TotalSeconds:F0} s.");
        string tile = await page.Locator(".bt-tile", new() { HasText = "validation" }).First.InnerTextAsync();
        double percent = double.Parse(Percent().Match(tile).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(percent, 93, 100);
        File.Delete(zip);
    }

    [Fact]
    public async Task ExpertForm_KeepsItsChoices_WhenOneLooksAtAnotherPage()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Expert");
        await page.UseSampleDataSetAsync();
        await page.GetByText("400 images, 4 classes").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Train", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Expert settings" }).First.ClickAsync();
        await page.ChooseMethodAsync("DELTA");
        await page.OpenSectionAsync("Settings");
        await page.GetByLabel(new Regex("^Epochs")).FillAsync("7");
        await page.GetByLabel(new Regex("^Epochs")).PressAsync("Tab");
        await page.PhotographAsync("expert");

        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await page.GoBackAsync();

        await Expect(page.GetByText("Your earlier choices are restored.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^DELTA") })).ToBeCheckedAsync();
        await page.OpenSectionAsync("Settings");
        await Expect(page.GetByLabel(new Regex("^Epochs"))).ToHaveValueAsync("7");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start over" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Linear probe") })).ToBeCheckedAsync();
    }

    [GeneratedRegex(@"(\d+(?:\.\d+)?) ?%")]
    private static partial Regex Percent();

    /// <summary>Presses Tab from the heading, where a new page puts the focus, until Start has it.</summary>
    private static async Task<int> TabStopsToStartAsync(IPage page)
    {
        await page.Locator("h1").FocusAsync();
        ILocator start = page.GetByRole(AriaRole.Button, new() { Name = "Start training" });
        for (int stops = 1; stops <= 2 * MostTabStops; stops++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await start.EvaluateAsync<bool>("button => button === document.activeElement"))
                return stops;
        }

        return int.MaxValue;
    }
}
