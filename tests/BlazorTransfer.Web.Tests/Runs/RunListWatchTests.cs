using System.Globalization;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Tests.Runs;

public sealed class RunListWatchTests
{
    [Fact]
    public async Task Refresh_AfterAChangeOfBackgroundWork_HasTheLanguageOfThePage()
    {
        var changes = new RunChanges();
        var drawn = new TaskCompletionSource<CultureInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        Languages.Use(Languages.Chinese);
        using var watch = new RunListWatch(changes, "project", Refresh, e => throw e);

        Languages.Use(Languages.English);
        changes.Publish("project");

        Assert.Equal(Languages.Chinese, await drawn.Task.WaitAsync(TestApp.HangLimit, TestContext.Current.CancellationToken));

        Task Refresh()
        {
            drawn.TrySetResult(Languages.Current);
            return Task.CompletedTask;
        }
    }
}
