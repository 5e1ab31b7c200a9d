using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(BlazorTransfer.EndToEnd.Tests.BrowserFixture))]

// Two at a time: while one test waits for its browser or for the start of a program, the other uses the core.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 2)]

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>One Chromium for all browser tests; each test opens contexts (separate cookies) of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>Ends a test that hangs, in milliseconds. Training shares the cores with the page, and how soon a page reacts proves
    /// nothing.</summary>
    private const float HangLimit = 300_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _whyNone;

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(HangLimit);
        WebAppProcess.Show = output => TestContext.Current.TestOutputHelper?.WriteLine(output);
        ChromiumLocator.Result chromium = await ChromiumLocator.FindOrInstallAsync();
        _whyNone = chromium.WhyNone;
        if (_whyNone is not null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = chromium.Path,
                // No sandbox inside containers; no traffic of the browser's own.
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
    }

    /// <summary>A fresh browser context with one page. Skips the test, with the reason, where no Chromium can be had.</summary>
    public async Task<IPage> NewPageAsync(
        string baseUrl,
        int width = 1400,
        int height = 900,
        ColorScheme scheme = ColorScheme.Light,
        string locale = "en"
    )
    {
        Assert.SkipWhen(_browser is null, _whyNone ?? "No Chromium.");
        IBrowserContext context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = baseUrl,
                ViewportSize = new ViewportSize { Width = width, Height = height },
                ColorScheme = scheme,
                Locale = locale,
                AcceptDownloads = true,
            }
        );
        context.SetDefaultTimeout(HangLimit);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }
}
