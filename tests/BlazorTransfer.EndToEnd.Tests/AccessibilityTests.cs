using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>axe-core's rules on every page, in both themes: contrast, names, roles, order. <see cref="ChineseJourneyTests"/> does so in
/// Chinese.</summary>
public sealed class AccessibilityTests(BrowserFixture browser)
{
    [Theory]
    [InlineData(null, "color-contrast")]
    [InlineData("color-contrast", "color-contrast")]
    [InlineData(null, "image-alt")]
    public async Task Check_OfAPageWithFaintTextAndAnUnnamedImage_FindsThem(string? rule, string problem)
    {
        IPage page = await browser.NewPageAsync("http://localhost");
        await page.SetContentAsync("<p style='color: #ccc; background: #fff'>Faint</p><img src='a.png'>");

        Assert.Contains(await page.SeriousProblemsAsync(rule), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryPage_InBothThemes_HasNoSeriousProblem()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        var problems = new List<string>();
        await page.GotoAsync("/");
        await CheckAsync(page, problems);
        await page.SetUpAsync(app);
        await CheckAsync(page, problems);
        await page.CreateProjectAsync("Accessible");
        await CheckAsync(page, problems);
        await page.UseSampleDataSetAsync();
        await CheckAsync(page, problems);
        await page.GetByText("400 images, 4 classes").ClickAsync();
        await Expect(page.Locator(".bt-thumb img").First).ToBeVisibleAsync();
        await CheckAsync(page, problems);
        string project = string.Join('/', new Uri(page.Url).AbsolutePath.Split('/')[..3]),
            dataset = new Uri(page.Url).AbsolutePath;
        await CheckWorkbenchAsync(page, dataset, problems);
        await page.GotoAsync(dataset);
        await page.GetByRole(AriaRole.Link, new() { Name = "Rank networks" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Rank 2 networks" })).ToBeVisibleAsync();
        await CheckAsync(page, problems);
        await page.StartRunAsync("ResNet-18 slim", "Linear probe", ("Epochs", "1"));
        await Expect(page.Locator(".bt-matrix")).ToBeVisibleAsync();
        await CheckAsync(page, problems);
        await page.StartRunAsync("ResNet-18 slim", "Linear probe", ("Epochs", "2"));
        await Expect(page.Locator(".bt-matrix")).ToBeVisibleAsync();
        await page.GotoAsync($"{project}/runs");
        await page.CompareRunsAsync(1, 2);
        await CheckAsync(page, problems);
        await page.SearchAsync(project, trials: 3);
        await CheckAsync(page, problems);
        foreach (
            (string path, string heading) in new[]
            {
                ($"{project}/runs", "Runs"),
                ($"{project}/train", "Train a model"),
                ($"{project}/runs/new", "Expert settings"),
                ($"{project}/lineage", "Lineage"),
                ($"{project}/members", "Members"),
                ("/networks", "Networks and weights"),
                ("/guide", "Guide"),
                ("/guide/domain-adaptation", "Domain adaptation"),
                ("/guide/glossary", "Glossary"),
                ("/team", "Team"),
                ("/system", "System check"),
                ("/account", "Your account"),
                ("/nowhere", "There is nothing here"),
            }
        )
        {
            await page.GotoAsync(path);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = heading })).ToBeVisibleAsync();
            if (path.EndsWith("/new", StringComparison.Ordinal))
                await ChooseByKeyboardAsync(page);
            await CheckAsync(page, problems);
        }

        Assert.True(problems.Count == 0, string.Join(Environment.NewLine, problems.Distinct()));
    }

    /// <summary>The pages that change a data set, with images selected, one open, and something to publish and compare.</summary>
    private static async Task CheckWorkbenchAsync(IPage page, string dataset, List<string> problems)
    {
        ILocator images = page.Locator("[role=option]");
        await page.GotoAsync($"{dataset}/images");
        await images.Nth(0).ClickAsync();
        await images.Nth(2).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.GetByText("3 images selected")).ToBeVisibleAsync();
        await CheckAsync(page, problems);
        await page.Keyboard.PressAsync("2");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeFocusedAsync();
        await CheckAsync(page, problems);
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByLabel("Find a class").Last).ToBeFocusedAsync();
        await CheckAsync(page, problems);
        foreach (string path in new[] { "classes", "versions", "versions/compare" })
        {
            await page.GotoAsync($"{dataset}/{path}");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 2 }).First).ToBeVisibleAsync();
            await CheckAsync(page, problems);
        }
    }

    private static async Task ChooseByKeyboardAsync(IPage page)
    {
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start run" })).ToBeVisibleAsync();
        await page.OpenSectionAsync("Deployment data");
        await page.OpenSectionAsync("Settings");
        ILocator group = page.GetByRole(AriaRole.Radiogroup, new() { Name = "Deployment data" });
        ILocator same = group.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Same domain") }),
            different = group.GetByRole(AriaRole.Radio, new() { NameRegex = new("^A different domain") });

        await same.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(different).ToBeFocusedAsync();
        await Expect(different).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(same).ToBeFocusedAsync();
        await Expect(same).ToBeCheckedAsync();
        // The other option is no tab stop: Tab leads out of the group, to the next section and into it.
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByLabel("Find a network")).ToBeFocusedAsync();
    }

    private static async Task CheckAsync(IPage page, List<string> problems)
    {
        await page.UseThemeAsync(ColorScheme.Light);
        problems.AddRange((await page.SeriousProblemsAsync()).Select(problem => $"Light: {problem}"));
        // A theme changes colours alone.
        await page.UseThemeAsync(ColorScheme.Dark);
        problems.AddRange((await page.SeriousProblemsAsync("color-contrast")).Select(problem => $"Dark: {problem}"));
    }
}
