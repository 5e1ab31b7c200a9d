using System.Globalization;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlazorTransfer.Web.Tests.Access;

public sealed class RevocationsTests
{
    [Fact]
    public async Task Change_MadeBySomebodyElse_ReachesAPageInTheLanguageOfThePage()
    {
        var revocations = new Revocations(NullLogger<Revocations>.Instance);
        var seen = new TaskCompletionSource<CultureInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        Languages.Use(Languages.Chinese);
        using IDisposable watch = revocations.Begin("user", _ => seen.TrySetResult(Languages.Current));

        Languages.Use(Languages.English);
        revocations.Publish("user", "project");

        Assert.Equal(Languages.Chinese, await seen.Task.WaitAsync(TestApp.HangLimit, TestContext.Current.CancellationToken));
    }
}
