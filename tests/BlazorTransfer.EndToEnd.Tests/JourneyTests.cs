using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>The whole way in a real browser with the real worker: from the set-up code to a downloaded model.</summary>
public sealed class JourneyTests(BrowserFixture browser)
{
    [Fact]
    public async Task SampleDataSet_FromSetUpToDownload_GivesAModelThatTheWorkerUses()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        var problems = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                problems.Add(message.Text);
        };
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Surface inspection");
        await page.UseSampleDataSetAsync();
        await page.GetByText("400 images, 4 classes").ClickAsync();
        await Expect(page.Locator(".bt-thumb img").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Drawn class by class: 20 % for validation, seed 42.")).ToBeVisibleAsync();

        await page.StartRunAsync("ResNet-18 slim", "Linear probe", ("Epochs", "4"));

        // A second browser, and one opened when all is over, see what the first one sees.
        IPage second = await browser.NewPageAsync(app.BaseUrl, 390, 844, ColorScheme.Dark);
        await second.SignInAsync("Ada");
        await second.GotoAsync(new Uri(page.Url).PathAndQuery);
        foreach (IPage viewer in new[] { page, second })
        {
            await Expect(viewer.GetByText("Succeeded")).ToBeVisibleAsync();
            await Expect(viewer.GetByText("4 / 4")).ToBeVisibleAsync();
            await Expect(viewer.Locator(".bt-matrix")).ToBeVisibleAsync();
            await Expect(viewer.Locator(".bt-sample")).ToHaveCountAsync(8);
            await Expect(viewer.Locator(".uplot").First).ToBeVisibleAsync();
        }

        await page.ReloadAsync();
        await Expect(page.GetByText("4 / 4")).ToBeVisibleAsync();
        IDownload download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { Name = "Download model" }).ClickAsync()
        );
        string file = Path.Combine(app.DataFolder, "downloaded.zip");
        await download.SaveAsAsync(file);
        AssertIsAModel(file);

        string image = Directory.EnumerateFiles(Path.Combine(app.DataFolder, "images"), "*.jpg", SearchOption.AllDirectories).First();
        string answer = await RunWorkerAsync("predict", "--model", file, "--json", image);
        Assert.Equal(3, JsonDocument.Parse(answer).RootElement.GetProperty("top").GetArrayLength());

        await page.GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Linear probe, ResNet-18 slim" }).ClickAsync();

        // The model is the start of another run, and both know of one another.
        await page.GetByRole(AriaRole.Link, new() { Name = "Fine-tune this model" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { NameRegex = new("^Run #1 ") })).ToBeCheckedAsync();
        await page.OpenSectionAsync("Settings");
        await page.GetByLabel(new Regex("^Epochs")).FillAsync("1");
        await page.GetByLabel(new Regex("^Epochs")).PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^#2 ") })).ToBeVisibleAsync();
        await Expect(page.GetByText("Succeeded")).ToBeVisibleAsync();
        ILocator lineage = page.GetByRole(AriaRole.List, new() { Name = "Origin of the model" });
        ILocator parent = lineage.GetByRole(AriaRole.Link, new() { NameRegex = new("^#1 .*, from Surface inspection") });
        // By the keyboard, as a link.
        await parent.FocusAsync();
        await parent.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^#1 ") })).ToBeVisibleAsync();
        await Expect(lineage.GetByRole(AriaRole.Link, new() { NameRegex = new("^#2 ") })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Lineage" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Data sets, weights and runs" }).GetByRole(AriaRole.Link))
            .ToHaveCountAsync(4);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task KilledWorker_WhileTheBrowserWatches_IsShownWithItsCause()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Kill");
        await page.UseSampleDataSetAsync();
        await page.StartRunAsync("ResNet-18 .Microsoft", "Fine-tuning", ("Epochs", "50"));
        await Expect(page.GetByText(new Regex("^Training$"))).ToBeVisibleAsync();

        app.KillWorker(page.RunId());

        await Expect(page.GetByText("The worker was killed (SIGKILL)")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Runs" }).First.ClickAsync();
        await Expect(page.GetByText("Failed").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task RestartedApplication_WhileARunIsAtWork_FindsItAgainAndCancelsIt()
    {
        string data = Directory.CreateTempSubdirectory("blazortransfer-e2e-").FullName;
        string path;
        await using (WebAppProcess first = await WebAppProcess.StartAsync(data))
        {
            IPage page = await browser.NewPageAsync(first.BaseUrl);
            await page.SetUpAsync(first);
            await page.CreateProjectAsync("Restart");
            await page.UseSampleDataSetAsync();
            await page.StartRunAsync("ResNet-18 .Microsoft", "Fine-tuning", ("Epochs", "50"));
            await Expect(page.GetByText(new Regex("^Training$"))).ToBeVisibleAsync();
            path = new Uri(page.Url).PathAndQuery;
            first.Kill();
        }

        await using WebAppProcess app = await WebAppProcess.StartAsync(data);
        IPage again = await browser.NewPageAsync(app.BaseUrl);
        await again.SignInAsync("Ada");
        await again.GotoAsync(path);
        await Expect(again.GetByText(new Regex("^Training$"))).ToBeVisibleAsync();
        await again.GetByRole(AriaRole.Button, new() { Name = "Cancel run" }).ClickAsync();
        await again.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();
        await Expect(again.GetByText("Cancelled", new() { Exact = true })).ToBeVisibleAsync();
    }

    private static void AssertIsAModel(string file)
    {
        using ZipArchive zip = ZipFile.OpenRead(file);
        Assert.Superset(
            new HashSet<string>
            {
                "README.md",
                "labels.txt",
                "model.json",
                "model.pth",
                "model.safetensors",
                "preprocessing.json",
                "run.json",
            },
            zip.Entries.Select(e => e.FullName).ToHashSet()
        );
        using var labels = new StreamReader(zip.GetEntry("labels.txt")!.Open());
        Assert.Equal("good pit scratch stain", labels.ReadToEnd().Trim().ReplaceLineEndings(" "));
    }

    private static async Task<string> RunWorkerAsync(params string[] arguments)
    {
        string worker = Path.Combine(
            WebAppProcess.RepositoryRoot,
            "src",
            "BlazorTransfer.Worker",
            "bin",
            WebAppProcess.Configuration,
            "net10.0",
            "BlazorTransfer.Worker.dll"
        );
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [worker, .. arguments]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
