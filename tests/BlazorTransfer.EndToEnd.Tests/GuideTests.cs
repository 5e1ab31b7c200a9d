using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>From a page of the guide to a run, and the tools of its charts.</summary>
public sealed class GuideTests(BrowserFixture browser)
{
    [Fact]
    public async Task TryIt_OfANewUser_LeadsToAFormThatStarts_AndChartsCanBeTakenAway()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.GetByRole(AriaRole.Link, new() { Name = "Guide" }).ClickAsync();
        await page.PhotographAsync("guide");
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Pitfalls") }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Negative transfer" })).ToBeVisibleAsync();
        await page.PhotographAsync("guide-page");
        await page.GetByRole(AriaRole.Link, new() { Name = "Frozen features or fine-tuning", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Try it" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create project and open the experiment" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Fine-tuning") })).ToBeCheckedAsync();
        ILocator start = page.GetByRole(AriaRole.Button, new() { Name = "Start run" });
        await Expect(start).ToBeEnabledAsync();
        await start.ClickAsync();

        ILocator tools = page.GetByRole(AriaRole.Group, new() { Name = "Chart tools: Loss by epoch" });
        await Expect(tools).ToBeVisibleAsync();
        // Two epochs, so that there is a part of the x axis to choose.
        await Expect(page.GetByText(new System.Text.RegularExpressions.Regex("^([2-9]|[1-9][0-9]+) / "))).ToBeVisibleAsync();
        await UseByKeyboardAsync(page, tools);
        await ZoomAndResetAsync(page, tools);
        string csv = await DownloadAsync(page, tools, "Download the values as a CSV file", "Loss by epoch.csv");
        Assert.StartsWith(
            "\"epoch\",\"training\",\"validation\"",
            (await File.ReadAllTextAsync(csv)).TrimStart('\uFEFF'),
            StringComparison.Ordinal
        );
        string png = await DownloadAsync(page, tools, "Download this chart as a PNG image", "Loss by epoch.png");
        Assert.Equal("PNG"u8.ToArray(), (await File.ReadAllBytesAsync(png))[1..4]);
    }

    private static async Task UseByKeyboardAsync(IPage page, ILocator tools)
    {
        ILocator scale = tools.GetByRole(AriaRole.Button, new() { Name = "Log scale" });
        await scale.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(scale).ToHaveAttributeAsync("aria-pressed", "true");
        ILocator smoothing = tools.GetByRole(AriaRole.Slider);
        await smoothing.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(tools.GetByText("5 %")).ToBeVisibleAsync();
    }

    private static async Task ZoomAndResetAsync(IPage page, ILocator tools)
    {
        ILocator reset = tools.GetByRole(AriaRole.Button, new() { Name = "Reset zoom" });
        await Expect(reset).ToBeHiddenAsync();
        ILocator plot = page.GetByRole(AriaRole.Img, new() { NameRegex = new("^Loss by epoch") }).Locator(".u-over");
        await plot.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width * 0.3f, box.Y + box.Height / 2);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + box.Width * 0.6f, box.Y + box.Height / 2, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await Expect(reset).ToBeVisibleAsync();
        await reset.ClickAsync();
        await Expect(reset).ToBeHiddenAsync();
    }

    private static async Task<string> DownloadAsync(IPage page, ILocator tools, string button, string file)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() =>
            tools.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync()
        );
        Assert.Equal(file, download.SuggestedFilename);
        return await download.PathAsync();
    }
}
