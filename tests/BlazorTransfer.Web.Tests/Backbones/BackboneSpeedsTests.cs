using System.Security.Claims;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Backbones;

public sealed class BackboneSpeedsTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Measure_KeepsTheLastFigure_AndMeasuresOneNetworkAtATime()
    {
        ClaimsPrincipal user = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        BackboneSpeeds speeds = _app.Get<BackboneSpeeds>();

        Task<BackboneSpeed> first = speeds.MeasureAsync(user, "fake", CancellationToken.None);
        await Assert.ThrowsAsync<RefusedException>(() => speeds.MeasureAsync(user, "fake", CancellationToken.None));
        await first;
        await speeds.MeasureAsync(user, "fake", CancellationToken.None);

        Assert.Equal(new BackboneSpeed("fake", "CPU", 100, 25, 8), Assert.Single(speeds.All(user)).Value);
        Assert.Throws<ForbiddenException>(() => speeds.All(new ClaimsPrincipal(new ClaimsIdentity())));
    }
}
