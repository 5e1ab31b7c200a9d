using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>The steps that a person takes in the browser, by what is written on the page.</summary>
internal static class Journey
{
    public const string Password = "a long enough password";

    // An application that has just been started compiles its pages as they are asked for, beside runs that are at work.
    private static LocatorAssertionsToBeVisibleOptions FirstPage => new() { Timeout = 30_000 };

    public static async Task SetUpAsync(this IPage page, WebAppProcess app, string name = "Ada")
    {
        await page.GotoAsync("/");
        await page.GetByLabel("Set-up code").FillAsync(app.SetupCode);
        await page.GetByLabel("Your name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projects", Exact = true })).ToBeVisibleAsync(FirstPage);
    }

    public static async Task SignInAsync(this IPage page, string name)
    {
        await page.GotoAsync("/login");
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projects", Exact = true })).ToBeVisibleAsync(FirstPage);
    }

    public static async Task CreateProjectAsync(this IPage page, string name)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Name").PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create project" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
    }

    /// <summary>Draws the sample data set and returns when it is there.</summary>
    public static async Task UseSampleDataSetAsync(this IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the sample data set" }).ClickAsync();
        await Expect(page.GetByText("400 images, 4 classes")).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    /// <summary>Imports a file of weights under its own name.</summary>
    public static async Task ImportWeightsAsync(this IPage page, string file)
    {
        await page.GotoAsync("/weights");
        ILocator import = page.GetByRole(AriaRole.Button, new() { Name = "Import" });
        // The page is drawn before its script is attached, and what is chosen until then is not noticed.
        for (int tries = 0; tries < 60 && !await import.IsEnabledAsync(); tries++)
        {
            await page.Locator("input[type=file]").SetInputFilesAsync(file);
            await page.WaitForTimeoutAsync(500);
        }

        await import.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = Path.GetFileName(file) }).First)
            .ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    /// <summary>Photographs the page in both themes and two widths, for people to look at, where BLAZORTRANSFER_SCREENSHOTS names a
    /// folder.</summary>
    public static async Task PhotographAsync(this IPage page, string name, bool whole = true)
    {
        if (Environment.GetEnvironmentVariable("BLAZORTRANSFER_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        foreach ((string theme, ColorScheme scheme) in new[] { ("light", ColorScheme.Light), ("dark", ColorScheme.Dark) })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach ((string size, int width, int height) in new[] { ("wide", 1400, 900), ("phone", 390, 844) })
            {
                await page.SetViewportSizeAsync(width, height);
                // Charts and images follow a moment after.
                await page.WaitForTimeoutAsync(600);
                await page.ScreenshotAsync(
                    new() { Path = Path.Combine(folder, $"{name}-{theme}-{size}.png"), FullPage = whole || size == "phone" }
                );
            }
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1400, 900);
    }

    /// <summary>Chooses runs in the list, which is open, and opens them side by side.</summary>
    public static async Task CompareRunsAsync(this IPage page, params int[] numbers)
    {
        int chosen = 0;
        foreach (int number in numbers)
        {
            chosen++;
            ILocator box = page.GetByLabel($"Choose run {number} to compare"),
                told = page.GetByText($"{chosen} chosen");
            // As with files: what is ticked before the script is attached is not noticed.
            for (int tries = 0; tries < 60 && !await told.IsVisibleAsync(); tries++)
            {
                await box.SetCheckedAsync(tries % 2 == 0);
                await page.WaitForTimeoutAsync(250);
            }
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Compare runs" })).ToBeVisibleAsync();
        await Expect(page.GetByText(new Regex(": (better|worse|may be chance)$")).First).ToBeVisibleAsync();
    }

    /// <summary>The id of the run whose page is open.</summary>
    public static string RunId(this IPage page) => new Uri(page.Url).AbsolutePath.Split('/')[^1];

    /// <summary>Opens the new-run page, fills in what differs from the defaults, and starts.</summary>
    public static async Task StartRunAsync(this IPage page, string backbone, string method, params (string Label, string Value)[] settings)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("New run|Start the first run") }).First.ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^" + backbone) }).First.ClickAsync();
        ILocator choice = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^" + method) });
        await choice.ClickAsync();
        // Another method brings its own fields and defaults; what is typed before they are there would be lost.
        await Expect(choice).ToBeCheckedAsync(new() { Timeout = 30_000 });
        foreach ((string label, string value) in settings)
        {
            await page.GetByLabel(new Regex("^" + label)).FillAsync(value);
            await page.GetByLabel(new Regex("^" + label)).PressAsync("Tab");
        }

        // As an impatient hand does; it must start one run.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start run" }).DblClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^#\\d+ ") })).ToBeVisibleAsync();
    }
}
