using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>The system check of a real machine, by the administrator of an installation.</summary>
public sealed class SystemCheckTests(BrowserFixture browser)
{
    [Fact]
    public async Task Administrator_ChecksTheSystem_AndReadsWhichPrecisionToUse()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.GotoAsync("/");
        await page.SetUpAsync(app);
        await page.GetByRole(AriaRole.Link, new() { Name = "System" }).ClickAsync();
        await Expect(page.GetByText("Not checked yet")).ToBeVisibleAsync();
        await page.PhotographAsync("system-empty");

        await page.GetByRole(AriaRole.Button, new() { Name = "Check system" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "on the CPU" }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Matrix product" }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Check again" })).ToBeEnabledAsync();
        await page.PhotographAsync("system");
    }
}
