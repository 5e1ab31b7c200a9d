using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>
/// A dialog takes a click from its first frame on. A button that moves while the dialog opens is somewhere else between pressing and
/// releasing, and the browser then sends the click to neither place.
/// </summary>
public sealed class DialogTests(BrowserFixture browser)
{
    private const string RecordPlaces = """
        () => {
          window.places = new Set();
          const record = () => {
            const button = document.querySelector(".mud-dialog-actions button");
            if (button) {
              const { x, y, width } = button.getBoundingClientRect();
              window.places.add([x, y, width].map(Math.round).join(" "));
            }
            requestAnimationFrame(record);
          };
          record();
        }
        """;

    [Fact]
    public async Task Dialog_WhileItOpens_KeepsItsButtonsInPlace()
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl);
        await page.SetUpAsync(app);
        await page.CreateProjectAsync("Short-lived");
        await page.EvaluateAsync(RecordPlaces);

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Name to confirm")).ToBeFocusedAsync();
        await page.WaitForFunctionAsync("() => window.places.size > 0 && document.getAnimations().every(a => a.playState !== 'running')");

        Assert.Single(await page.EvaluateAsync<string[]>("() => [...window.places]"));
    }
}
