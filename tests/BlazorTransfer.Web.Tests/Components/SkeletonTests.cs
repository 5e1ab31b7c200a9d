namespace BlazorTransfer.Web.Tests.Components;

/// <summary>What a page shows before its circuit has drawn it.</summary>
public sealed class SkeletonTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task PageOnACircuit_HasTheOutlinesOfAPage_AndPlainOnesHaveNone()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient anonymous = _app.Anonymous();
        using HttpClient ada = await _app.SignInAsync("Ada");

        Assert.Contains("bt-skeleton", await ada.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.DoesNotContain("bt-skeleton", await anonymous.GetStringAsync("/login"), StringComparison.Ordinal);
    }
}
