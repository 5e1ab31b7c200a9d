using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>A finished run explains its result, and people try its model on images of their own.</summary>
public sealed class TryImageTests(BrowserFixture browser)
{
    [Fact]
    public async Task TryAnImage_ChosenDroppedOrPasted_ShowsProbabilities()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Surface inspection");
        await page.UseSampleDataSetAsync();
        await page.StartRunAsync("ResNet-18 slim", "Linear probe", ("Epochs", "4"));
        ILocator result = page.GetByLabel("Result", new() { Exact = true });
        await Expect(result.GetByText("on 80 validation images")).ToBeVisibleAsync();
        await Expect(result.GetByRole(AriaRole.Listitem).First).ToBeVisibleAsync();

        ILocator card = page.GetByLabel("Try an image", new() { Exact = true });
        string image = Directory.EnumerateFiles(Path.Combine(app.DataFolder, "images"), "*.jpg", SearchOption.AllDirectories).First();
        await card.Locator("input[type=file]").SetInputFilesAsync(image);
        await Expect(card.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(4);
        await Expect(card.GetByRole(AriaRole.Img, new() { NameRegex = new("as the network sees it$") })).ToBeVisibleAsync();
        await page.PhotographAsync("run-try-an-image");

        await card.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "letter.jpg",
                    MimeType = "image/jpeg",
                    Buffer = "words"u8.ToArray(),
                }
            );
        await Expect(card.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        // From the clipboard, anywhere on the page.
        await page.EvaluateAsync(
            """
            async base64 => {
              const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
              const clipboardData = new DataTransfer();
              clipboardData.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
              document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
            }
            """,
            Convert.ToBase64String(await File.ReadAllBytesAsync(image))
        );
        await Expect(card.GetByText("pasted.jpg")).ToBeVisibleAsync();
        await Expect(card.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(4);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(app.DataFolder, "uploads"), "*.image"));
    }
}
