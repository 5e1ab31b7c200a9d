using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>From images without labels to a version that can be trained on, by the keyboard alone.</summary>
public sealed class LabellingTests(BrowserFixture browser)
{
    private const int Images = 20;

    [Fact]
    public async Task TwentyImages_LabelledByKeyboard_AreTheClassesOfTheNextVersion()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        var problems = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                problems.Add($"{message.Text} {message.Location}");
        };
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Labels");
        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^No labels") }).ClickAsync();
        await page.UploadAsync(Zip());
        await page.GetByText("20 images, no labels").ClickAsync();
        await AddClassesAsync(page, "dark", "bright");
        await page.GetByRole(AriaRole.Link, new() { Name = "Images", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Unlabelled") }).ClickAsync();
        await Expect(page.Locator("[role=option]")).ToHaveCountAsync(Images);
        await CheckAsync(page, problems);

        // From here on without the mouse: Tab to the grid, then a digit for each image. The first ones in the grid, the rest in full.
        await page.GetByRole(AriaRole.Listbox, new() { Name = "Images" }).FocusAsync();
        for (int i = 0; i < Images; i++)
        {
            if (i == 5)
            {
                await page.Keyboard.PressAsync("Enter");
                await Expect(page.GetByRole(AriaRole.Dialog)).ToBeFocusedAsync();
                await CheckAsync(page, problems);
            }

            await page.Keyboard.PressAsync(i % 2 == 0 ? "1" : "2");
        }

        await Expect(page.GetByText("Every image has a label")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Unlabelled\\s*0$") })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Publish version" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Move 20 % of each class to validation" }).ClickAsync();
        await page.GetByLabel("Note").FillAsync("Labelled by keyboard");
        await CheckAsync(page, problems);
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish version 2" }).ClickAsync();
        await Expect(page.GetByText("Version 2 is published.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Labelled by keyboard" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { NameRegex = new("^dark 8 2 0 10") })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { NameRegex = new("^bright 8 2 0 10") })).ToBeVisibleAsync();
        Assert.True(problems.Count == 0, string.Join(Environment.NewLine, problems));
    }

    private static FilePayload Zip() =>
        new()
        {
            Name = "plain.zip",
            MimeType = "application/zip",
            Buffer = PlainImages.Zip(Enumerable.Range(0, Images).Select(i => ($"{i:00}.bmp", (byte)(10 * i + 5)))),
        };

    private static async Task AddClassesAsync(IPage page, params string[] names)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Classes", Exact = true }).ClickAsync();
        foreach (string name in names)
        {
            await page.GetByLabel("Class name").FillAsync(name);
            await page.GetByLabel("Class name").PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true })).ToBeVisibleAsync();
        }
    }

    private static async Task CheckAsync(IPage page, List<string> problems)
    {
        foreach (ColorScheme scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.UseThemeAsync(scheme);
            problems.AddRange((await page.SeriousProblemsAsync()).Select(problem => $"{scheme}: {problem}"));
        }
    }
}
