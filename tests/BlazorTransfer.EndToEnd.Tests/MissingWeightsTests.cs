using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>A network without weights in the new-run form: the method stays, and the weights are one click away.</summary>
public sealed class MissingWeightsTests(BrowserFixture browser)
{
    [Fact]
    public async Task NetworkWithoutWeights_KeepsTheMethod_AndTakesWeightsRightThere()
    {
        string weights = SharedFiles.Path("weights", "squeezenet1_1-imagenet.pth");
        string catalogue = Path.Combine(Directory.CreateTempSubdirectory("blazortransfer-e2e-").FullName, "weights.json");
        // The discard port: nothing listens there, as on a machine without a way out.
        await File.WriteAllTextAsync(
            catalogue,
            """
            [{"backbone": "squeezenet1_1", "name": "none", "url": "http://127.0.0.1:9/none-12345678.pth",
             "sha256Prefix": "12345678", "licence": "a licence", "origin": "a house"}]
            """
        );
        await using WebAppProcess app = await WebAppProcess.StartAsync(
            null,
            ("OfficialWeightsFile", catalogue),
            ("DownloadRetryDelay", "00:00:00.1")
        );
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Weights");
        await page.UseSampleDataSetAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Expert settings", Exact = true }).First.ClickAsync();
        ILocator method = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Linear probe") }),
            start = page.GetByRole(AriaRole.Button, new() { Name = "Start run" }),
            network = page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^SqueezeNet 1.1") });
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^ResNet-18 .Microsoft.") }).First).ToBeCheckedAsync();
        await Expect(method).ToBeCheckedAsync();
        await page.PhotographAsync("run-new-networks");

        await network.ClickAsync();

        await Expect(network).ToBeCheckedAsync();
        await Expect(network).ToContainTextAsync("Weights needed");
        await Expect(method).ToBeCheckedAsync();
        await Expect(start).ToBeDisabledAsync();
        await page.PhotographAsync("run-new-weights-needed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Download weights" }).ClickAsync();
        await Expect(page.GetByText(new Regex("127\\.0\\.0\\.1 cannot be reached"))).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Import a file" }).ClickAsync();
        await page.PhotographAsync("run-new-weights-offline");

        await page.Locator("input[type=file]").SetInputFilesAsync(weights);

        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^squeezenet1_1-imagenet") })).ToBeCheckedAsync();
        await Expect(network).Not.ToContainTextAsync("Weights needed");
        await Expect(method).ToBeCheckedAsync();
        await Expect(start).ToBeEnabledAsync();
        TestFolder.Delete(Path.GetDirectoryName(catalogue)!);
    }
}
