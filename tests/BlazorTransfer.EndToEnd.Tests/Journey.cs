using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>The steps that a person takes in the browser, by what is written on the page.</summary>
internal static class Journey
{
    public const string Password = "a long enough password";

    public static async Task SetUpAsync(this IPage page, WebAppProcess app, string name = "Ada", JourneyTexts? texts = null)
    {
        texts ??= JourneyTexts.English;
        await page.GotoAsync("/");
        await page.GetByLabel(texts.SetUpCode).FillAsync(app.SetupCode);
        await page.GetByLabel(texts.YourName).FillAsync(name);
        await page.GetByLabel(texts.Password).FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = texts.CreateAccount }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = texts.Projects, Exact = true })).ToBeVisibleAsync();
    }

    public static async Task SignInAsync(this IPage page, string name)
    {
        await page.GotoAsync("/login");
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projects", Exact = true })).ToBeVisibleAsync();
    }

    public static async Task CreateProjectAsync(this IPage page, string name, JourneyTexts? texts = null)
    {
        texts ??= JourneyTexts.English;
        await page.GetByLabel(texts.ProjectName).FillAsync(name);
        await page.GetByLabel(texts.ProjectName).PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = texts.CreateProject }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
    }

    /// <summary>Draws the sample data set and returns when it is there.</summary>
    public static async Task UseSampleDataSetAsync(this IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the sample data set" }).ClickAsync();
        await Expect(page.GetByText("400 images, 4 classes")).ToBeVisibleAsync();
    }

    /// <summary>Uploads a zip of images and returns when training is offered.</summary>
    public static async Task ImportAsync(this IPage page, FilePayload zip, JourneyTexts? texts = null)
    {
        texts ??= JourneyTexts.English;
        await page.GetByRole(AriaRole.Link, new() { Name = texts.Datasets }).First.ClickAsync();
        await page.UploadAsync(zip, texts);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = texts.TrainModel })).ToBeVisibleAsync();
    }

    /// <summary>Uploads a zip on the page of data sets, and imports what is recognised in it.</summary>
    public static async Task UploadAsync(this IPage page, FilePayload zip, JourneyTexts? texts = null)
    {
        await page.Locator(".bt-drop input").SetInputFilesAsync(zip);
        await page.ImportChosenAsync(texts ?? JourneyTexts.English);
    }

    /// <summary>The same for a zip on the disk.</summary>
    public static async Task UploadAsync(this IPage page, string zip)
    {
        await page.Locator(".bt-drop input").SetInputFilesAsync(zip);
        await page.ImportChosenAsync(JourneyTexts.English);
    }

    private static async Task ImportChosenAsync(this IPage page, JourneyTexts texts)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = texts.Import, Exact = true }).ClickAsync();
        ILocator confirm = page.GetByRole(AriaRole.Button, new() { Name = texts.ImportImages });
        await Expect(confirm).ToBeVisibleAsync();
        // The import takes the images of the preview away, and the browser would report those that it still waits for.
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll(\"img[src*='/uploads/']\")].every(i => i.complete)");
        await confirm.ClickAsync();
    }

    /// <summary>Chooses the preset Quick on the page that starts a training.</summary>
    public static async Task ChooseQuickAsync(this IPage page, JourneyTexts? texts = null)
    {
        ILocator quick = (texts ?? JourneyTexts.English).QuickOn(page);
        await quick.ClickAsync();
        await Expect(quick).ToBeCheckedAsync();
    }

    /// <summary>Imports a file of weights under its own name.</summary>
    public static async Task ImportWeightsAsync(this IPage page, string file)
    {
        await page.GotoAsync("/networks");
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = Path.GetFileName(file) }).First).ToBeVisibleAsync();
    }

    /// <summary>Shows the page in both themes and two widths, which must not be too narrow for it, and photographs it for people to look
    /// at where BLAZORTRANSFER_SCREENSHOTS names a folder.</summary>
    public static async Task ShowAsync(this IPage page, string name, bool whole = true)
    {
        string? folder = Environment.GetEnvironmentVariable("BLAZORTRANSFER_SCREENSHOTS");
        foreach ((string theme, ColorScheme scheme) in new[] { ("light", ColorScheme.Light), ("dark", ColorScheme.Dark) })
        {
            foreach ((string size, int width, int height) in new[] { ("wide", 1400, 900), ("phone", 390, 844) })
            {
                await page.SetViewportSizeAsync(width, height);
                await page.UseThemeAsync(scheme);
                int needed = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
                Assert.True(needed <= width, $"{name} ({theme}, {size}) is {needed} pixels wide and has to be scrolled sideways.");
                if (!string.IsNullOrEmpty(folder))
                    await page.ScreenshotAsync(
                        new() { Path = Path.Combine(folder, $"{name}-{theme}-{size}.png"), FullPage = whole || size == "phone" }
                    );
            }
        }

        await page.SetViewportSizeAsync(1400, 900);
        await page.UseThemeAsync(ColorScheme.Light);
    }

    /// <summary>Shows and photographs the page where BLAZORTRANSFER_SCREENSHOTS names a folder.</summary>
    public static Task PhotographAsync(this IPage page, string name) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("BLAZORTRANSFER_SCREENSHOTS")) ? Task.CompletedTask : page.ShowAsync(name);

    /// <summary>Lets the system ask for a theme, and returns when it is drawn: images are there and colours no longer fade.</summary>
    public static async Task UseThemeAsync(this IPage page, ColorScheme scheme)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.WaitForFunctionAsync(
            """
            scheme => ["", scheme].includes(
                    getComputedStyle(document.documentElement).getPropertyValue("--mud-native-html-color-scheme").trim())
                && document.documentElement.dataset.theme === scheme
                && [...document.images].every(i => i.complete || i.loading === "lazy")
                && document.getAnimations().every(a => a.playState !== "running" || a.effect.getComputedTiming().endTime === Infinity)
            """,
            scheme == ColorScheme.Dark ? "dark" : "light"
        );
    }

    /// <summary>Chooses runs in the list, which is open, and opens them side by side.</summary>
    public static async Task CompareRunsAsync(this IPage page, params int[] numbers)
    {
        int chosen = 0;
        foreach (int number in numbers)
        {
            chosen++;
            await page.GetByLabel($"Select run {number} to compare").CheckAsync();
            await Expect(page.GetByText($"{chosen} selected")).ToBeVisibleAsync();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Compare runs" })).ToBeVisibleAsync();
        await Expect(page.GetByText(new Regex(": (better|worse|not significant)$")).First).ToBeVisibleAsync();
    }

    /// <summary>The id of the run whose page is open.</summary>
    public static string RunId(this IPage page) => new Uri(page.Url).AbsolutePath.Split('/')[^1];

    /// <summary>Chooses the small network on the new-run page, for a test that does not need the default one, which is slower.</summary>
    public static async Task ChooseSmallNetworkAsync(this IPage page)
    {
        ILocator choice = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^ResNet-18 slim\\s*\\d") });
        await choice.ClickAsync();
        await Expect(choice).ToBeCheckedAsync();
    }

    /// <summary>Starts a search with the small network and a linear probe, and waits on the page of the experiment until it
    /// has ended.</summary>
    public static async Task SearchAsync(this IPage page, string project, int trials)
    {
        await page.GotoAsync($"{project}/runs/new");
        await page.ChooseSmallNetworkAsync();
        ILocator probe = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Linear probe") });
        await probe.ClickAsync();
        await Expect(probe).ToBeCheckedAsync();
        await page.OpenSectionAsync("Settings");
        await page.GetByLabel(new Regex("^Epochs")).FillAsync("3");
        await page.GetByLabel(new Regex("^Epochs")).PressAsync("Tab");
        await page.OpenSectionAsync("Repeats and search");
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Search") }).ClickAsync();
        await page.GetByLabel("Trials", new() { Exact = true }).FillAsync($"{trials}");
        await page.GetByLabel("Trials", new() { Exact = true }).PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Start {trials} runs" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Train best on all data" })).ToBeVisibleAsync();
    }

    /// <summary>Opens a section of the expert form, unless it is open.</summary>
    public static async Task OpenSectionAsync(this IPage page, string title)
    {
        ILocator section = page.Locator(
            "details.bt-section",
            new() { Has = page.Locator("summary h2", new() { HasTextString = title }) }
        ).First;
        if (await section.GetAttributeAsync("open") is null)
            await section.Locator("summary").First.ClickAsync();
        await Expect(section).ToHaveAttributeAsync("open", "");
    }

    /// <summary>Searches for a method in the expert form and chooses it.</summary>
    public static async Task ChooseMethodAsync(this IPage page, string method)
    {
        await page.GetByLabel("Find a method").FillAsync(method);
        ILocator choice = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^" + method) }).First;
        await choice.ClickAsync();
        // Another method brings its own fields and defaults; what is typed before they are there would be lost.
        await Expect(choice).ToBeCheckedAsync();
    }

    /// <summary>Opens the expert form, fills in what differs from the defaults, and starts.</summary>
    public static async Task StartRunAsync(this IPage page, string backbone, string method, params (string Label, string Value)[] settings)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Expert settings", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^" + backbone) }).First.ClickAsync();
        await page.ChooseMethodAsync(method);
        await page.OpenSectionAsync("Settings");
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
