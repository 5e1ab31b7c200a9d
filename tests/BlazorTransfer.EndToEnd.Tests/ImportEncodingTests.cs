using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>A zip whose names are not UTF-8, from the upload to the data set.</summary>
public sealed class ImportEncodingTests(BrowserFixture browser)
{
    [Fact]
    public async Task Upload_OfNamesInGbk_IsImportedAsTheyReadInTheChosenEncoding()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.GotoAsync("/");
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Animals");
        await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
        await page.Locator(".bt-drop input")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "animals.zip",
                    MimeType = "application/zip",
                    Buffer = GbkZip(),
                }
            );
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Choose the text encoding of animals" })).ToBeVisibleAsync();
        ILocator chinese = page.GetByRole(AriaRole.Radio, new() { Name = "Chinese, simplified" });
        await Expect(chinese).ToContainTextAsync("\u732B/1.bmp");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Import images" })).ToBeDisabledAsync();
        await page.PhotographAsync("encoding");
        await chinese.ClickAsync();
        await Expect(chinese).ToHaveAttributeAsync("aria-checked", "true");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import images" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Check the import of animals" })).ToBeVisibleAsync();
        await page.PhotographAsync("import-preview");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import images" }).ClickAsync();

        await page.Locator("a.bt-card").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "\u732B" })).ToBeVisibleAsync();
        await Expect(page.GetByText("There are 2 validation images.")).ToBeVisibleAsync();
        await page.PhotographAsync("dataset-warnings");
    }

    private static byte[] GbkZip()
    {
        (string, byte)[] images = [("\u732B/1.bmp", 50), ("\u732B/2.bmp", 100), ("\u72D7/1.bmp", 150), ("\u72D7/2.bmp", 200)];
        return PlainImages.Zip(images, CodePagesEncodingProvider.Instance.GetEncoding("gb18030"));
    }
}
