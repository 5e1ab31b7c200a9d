using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

public sealed class BackbonesTests(BrowserFixture browser)
{
    [Fact]
    public async Task Backbones_FoundAndMeasured_AndToldWhatToDoWithoutInternet()
    {
        string catalogue = Path.Combine(Directory.CreateTempSubdirectory("blazortransfer-e2e-").FullName, "weights.json");
        // The discard port: nothing listens there, as on a machine without a way out.
        await File.WriteAllTextAsync(
            catalogue,
            """
            [{"backbone": "resnet20_cifar", "name": "none", "url": "http://127.0.0.1:9/none-12345678.pth",
             "sha256Prefix": "12345678", "licence": "none", "origin": "nowhere"}]
            """
        );
        await using WebAppProcess app = await WebAppProcess.StartAsync(
            null,
            ("OfficialWeightsFile", catalogue),
            ("DownloadRetryDelay", "00:00:00.1")
        );
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.GetByRole(AriaRole.Link, new() { Name = "Networks and weights" }).ClickAsync();
        await Expect(page.GetByText("58 networks")).ToBeVisibleAsync();

        await page.GetByLabel("Find").FillAsync("32 pixels");
        await Expect(page.GetByText("4 networks")).ToBeVisibleAsync();
        ILocator row = page.GetByRole(AriaRole.Row, new() { NameRegex = new("^ResNet-20") });
        await row.GetByRole(AriaRole.Button, new() { Name = "Measure ResNet-20" }).ClickAsync();
        await Expect(row.GetByRole(AriaRole.Cell, new() { NameRegex = new("^[\\d,.]+$") }).Nth(3)).ToBeVisibleAsync();
        await Expect(row.GetByText("Again")).ToBeVisibleAsync();

        await row.GetByRole(AriaRole.Button, new() { NameRegex = new("^Download ImageNet weights") }).ClickAsync();
        await Expect(row.GetByText(new Regex("127\\.0\\.0\\.1 cannot be reached .* import the file under Networks and weights")))
            .ToBeVisibleAsync();
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "Import a file" })).ToBeVisibleAsync();
        if (Environment.GetEnvironmentVariable("BLAZORTRANSFER_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "backbones-offline.png") });
        await row.GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();
        await Expect(row.GetByText("cannot be reached")).ToHaveCountAsync(0);
        TestFolder.Delete(Path.GetDirectoryName(catalogue)!);
    }
}
