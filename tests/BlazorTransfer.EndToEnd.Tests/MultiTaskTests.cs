using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>One network for two questions, with the sample data set, the built-in weights and the real worker.</summary>
public sealed class MultiTaskTests(BrowserFixture browser)
{
    [Fact]
    public async Task SampleDataSet_LearnsItsLightBesideItsClasses_AndShowsBoth()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Two questions");
        await page.UseSampleDataSetAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("Surface inspection") }).ClickAsync();
        await page.PhotographAsync("multi-task-dataset");
        await page.GetByRole(AriaRole.Link, new() { Name = "Predict lighting too" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Multi-task learning") })).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new("^Lighting") })).ToBeCheckedAsync();
        await page.ChooseSmallNetworkAsync();
        await Expect(page.GetByLabel("Weight of lighting")).ToBeVisibleAsync();
        await page.OpenSectionAsync("Settings");
        await page.GetByLabel(new Regex("^Task weights")).ClickAsync();
        await page.GetByText("Learned, by uncertainty").ClickAsync();
        // Learned weights leave none to give.
        await Expect(page.GetByLabel("Weight of lighting")).ToHaveCountAsync(0);
        await page.GetByLabel(new Regex("^Epochs")).FillAsync("3");
        await page.GetByLabel(new Regex("^Epochs")).PressAsync("Tab");
        await page.PhotographAsync("multi-task-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start run" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Validation accuracy by label set" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Learned weights of the label sets" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^Validation results: lighting, best epoch") }))
            .ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Download model") })).ToBeVisibleAsync();
        // Whether it is warm or cold in an image is easily told.
        string tile = await page.Locator(".bt-tile", new() { HasText = "Accuracy, lighting" }).InnerTextAsync();
        Assert.Matches(new Regex(@"(9\d\.\d|100\.0) ?%"), tile);
        await page.PhotographAsync("multi-task");
        Assert.Empty(await page.SeriousProblemsAsync());
    }
}
