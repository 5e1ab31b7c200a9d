using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>From one light to the other, with the sample data set, the built-in weights and the real worker.</summary>
public sealed partial class AdaptationTests(BrowserFixture browser)
{
    [Fact]
    public async Task SampleDataSet_FromColdToWarmLight_GainsOverTheSourceAlone_AndShowsBothDomains()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Two lights");
        // One click from the empty project.
        await page.GetByRole(AriaRole.Button, new() { Name = "Demo: domain adaptation" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^A different domain") })).ToBeCheckedAsync();
        await Expect(page.GetByText("Suggested: Per-domain standardisation")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Per-domain standardisation") })).ToBeCheckedAsync();
        await page.ChooseSmallNetworkAsync();
        // With all images of the target scored, ten times as many tell the difference; there is no run on its labels then.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start 3 runs" })).ToBeVisibleAsync();
        await page.GetByLabel("Adapt to all images of the target").ClickAsync();
        await page.PhotographAsync("adaptation-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start 2 runs" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Results by method" })).ToBeVisibleAsync();
        ILocator verdict = page.GetByText(new Regex("The adaptation gains"));
        await Expect(verdict).ToBeVisibleAsync();
        double gain = double.Parse(Gained().Match(await verdict.InnerTextAsync()).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(gain, 5, 60);
        await page.PhotographAsync("adaptation-experiment");
        await page.GetByRole(AriaRole.Link, new() { Name = "#1", Exact = true }).First.ClickAsync();
        await Expect(page.GetByText("Target results (labels used for scoring only)")).ToBeVisibleAsync();
        await Expect(page.GetByText(new Regex("Proxy A-distance of the domains: \\d"))).ToBeVisibleAsync();
        // The method and the source alone, each with what needs no label.
        ILocator methods = page.Locator(
                "section",
                new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "All methods between these domains" }) }
            )
            .Locator("tbody tr");
        await Expect(methods).ToHaveCountAsync(2);
        await Expect(methods.First)
            .ToContainTextAsync(new Regex("Per-domain standardisation.*%.*\\d\\.\\d\\d.*\\d\\.\\d\\d", RegexOptions.Singleline));
        await page.GetByRole(AriaRole.Radio, new() { Name = "neighbours (t-SNE)" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "error" }).ClickAsync();
        // The last one lies above all others.
        await page.Locator(".bt-point:has(rect)").Last.ClickAsync();
        await Expect(page.GetByAltText(new Regex("^target: .*, predicted as "))).ToBeVisibleAsync();
        await page.PhotographAsync("adaptation");
        Assert.Empty(await page.SeriousProblemsAsync());
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Download model") })).ToBeVisibleAsync();

        // A second method between the same domains, whose epoch is chosen without a label of the target.
        await page.GetByRole(AriaRole.Link, new() { Name = "Run again" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^DANN") }).ClickAsync();
        await page.OpenSectionAsync("Settings");
        await page.GetByLabel(new Regex("^Epochs")).FillAsync("6");
        await page.GetByLabel(new Regex("^Epochs")).PressAsync("Tab");
        await page.GetByLabel(new Regex("^Best epoch by")).ClickAsync();
        await page.GetByText("Information maximisation (target)").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start 2 runs" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "#3", Exact = true }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Distance of the domains by epoch" })).ToBeVisibleAsync();
        await Expect(
                page.GetByRole(
                    AriaRole.Img,
                    new() { NameRegex = new("^Distance of the domains by epoch: .*proxy A-distance.*MMD².*discriminator") }
                )
            )
            .ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new("^information maximisation, higher is better: ") }))
            .ToBeVisibleAsync();
        await Expect(methods).ToHaveCountAsync(4);
        await page.PhotographAsync("adaptation-trained");

        // A third, which is given a few labels of the target and weighs the source's images.
        await page.GetByRole(AriaRole.Link, new() { Name = "Run again" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^TrAdaBoost") }).ClickAsync();
        await page.OpenSectionAsync("Settings");
        await page.GetByLabel(new Regex("^Labelled target images per class")).FillAsync("6");
        await Expect(page.GetByText("TrAdaBoost is trained with 6 labelled target images per class")).ToBeVisibleAsync();
        // With less, the boosted classifiers are never wrong about so few images, and none is dropped.
        await page.GetByLabel(new Regex("^Weight decay of the classifier")).FillAsync("1");
        await page.GetByLabel(new Regex("^Weight decay of the classifier")).PressAsync("Tab");
        await page.PhotographAsync("tradaboost-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start 2 runs" }).ClickAsync();
        await Expect(page.GetByText("The method used 6 labelled target images per class for training")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "#5", Exact = true }).First.ClickAsync();
        ILocator weights = page.Locator(
            "section",
            new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Weights of the source images" }) }
        );
        await Expect(weights).ToBeVisibleAsync();
        await Expect(weights.GetByAltText(new Regex("^of class "))).ToHaveCountAsync(16);
        // Without those images there are fewer to score it: another comparison.
        await Expect(methods).ToHaveCountAsync(2);
        await page.PhotographAsync("tradaboost");
    }

    [GeneratedRegex(@"gains \+(\d+\.\d) percentage points")]
    private static partial Regex Gained();
}
