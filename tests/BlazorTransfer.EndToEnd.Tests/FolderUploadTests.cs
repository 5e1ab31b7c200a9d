using System.IO.Compression;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>Folders that the browser packs itself, from the choice to the data set.</summary>
public sealed class FolderUploadTests(BrowserFixture browser)
{
    [Fact]
    public async Task Folder_ThatIsChosen_IsPackedShownAndImported()
    {
        string folder = Path.Combine(Directory.CreateTempSubdirectory("blazortransfer-folder-").FullName, "animals");
        try
        {
            using (
                var zip = new ZipArchive(
                    new MemoryStream(PlainImages.Zip([("\u732B/1.bmp", 50), ("\u732B/2.bmp", 100), ("dog/1.bmp", 150), ("dog/2.bmp", 200)]))
                )
            )
                zip.ExtractToDirectory(folder);
            await using WebAppProcess app = await WebAppProcess.StartAsync();
            IPage page = await browser.NewPageAsync(app.BaseUrl);
            await page.GotoAsync("/");
            await page.SetUpAsync(app);
            await page.CreateProjectAsync("Animals");
            await page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).First.ClickAsync();
            IFileChooser chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByText("Choose a folder").ClickAsync());
            await chooser.SetFilesAsync(folder);
            await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();

            ILocator preview = page.GetByRole(AriaRole.Region, new() { Name = "Check the import of animals" });
            await Expect(preview.GetByRole(AriaRole.Cell, new() { Name = "\u732B" })).ToBeVisibleAsync();
            await page.ShowAsync("import-preview");
            await preview.GetByRole(AriaRole.Button, new() { Name = "Import images" }).ClickAsync();
            await Expect(page.GetByText("4 images, 2 classes")).ToBeVisibleAsync();
        }
        finally
        {
            TestFolder.Delete(Path.GetDirectoryName(folder)!);
        }
    }
}
