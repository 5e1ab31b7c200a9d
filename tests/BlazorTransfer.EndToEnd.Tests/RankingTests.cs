using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>From a data set to the backbone that serves it, with real weights and the real worker.</summary>
public sealed class RankingTests(BrowserFixture browser)
{
    [Fact]
    public async Task Ranking_LeftAndComeBackTo_EndsInARunWithTheChosenWeights()
    {
        string[] weights =
        [
            SharedFiles.Path("weights", "squeezenet1_1-imagenet.pth"),
            SharedFiles.Path("weights", "resnet20-cifar10-12fca82f.th"),
        ];
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Ranking");
        await page.UseSampleDataSetAsync();
        await page.GetByText("400 images, 4 classes").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Rank networks" }).ClickAsync();
        // The built-in weights are there from the start.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Rank 2 networks" })).ToBeVisibleAsync();
        string ranking = new Uri(page.Url).AbsolutePath;
        foreach (string file in weights)
            await page.ImportWeightsAsync(file);

        await page.GotoAsync(ranking);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Rank 4 networks" })).ToBeVisibleAsync();
        await page.PhotographAsync("ranking-start");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rank 4 networks" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await Expect(page.GetByText(new Regex("computing features")).First).ToBeVisibleAsync();
        await page.PhotographAsync("ranking-live");
        // It is cancelled, started again, and goes on while nobody looks.
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Rank 4 networks" }).ClickAsync();
        await page.GotoAsync("/networks");
        await page.GotoAsync(ranking);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Results" })).ToBeVisibleAsync();
        await Expect(page.Locator(".bt-chart canvas")).ToBeVisibleAsync();
        await page.PhotographAsync("ranking-results");

        await Expect(page.GetByRole(AriaRole.Row, new() { NameRegex = new("Best|Highest") })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "Use ResNet-20 (32 pixels)" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^ResNet-20") })).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^resnet20-cifar10") })).ToBeCheckedAsync();
    }
}
