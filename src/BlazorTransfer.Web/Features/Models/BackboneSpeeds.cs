using System.Security.Claims;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>What was measured of networks on this machine; the last figure of each is kept.</summary>
internal sealed class BackboneSpeeds(DocumentCollection<BackboneSpeed> speeds, WorkerCommands worker)
{
    // Two at once would measure each other.
    private readonly SemaphoreSlim _one = new(1);

    public IReadOnlyDictionary<string, BackboneSpeed> All(ClaimsPrincipal user)
    {
        UserClaims.IdOf(user);
        return speeds.All().ToDictionary(s => s.Backbone);
    }

    /// <exception cref="RefusedException">Another one is being measured, or the worker refuses.</exception>
    public async Task<BackboneSpeed> MeasureAsync(ClaimsPrincipal user, string backbone, CancellationToken cancel)
    {
        UserClaims.IdOf(user);
        if (!await _one.WaitAsync(TimeSpan.Zero, cancel))
            throw new RefusedException("Another network is being measured. Wait for its figure.");
        try
        {
            BackboneSpeed speed = await worker.MeasureAsync(backbone, cancel);
            speeds.Save(speed);
            return speed;
        }
        finally
        {
            _one.Release();
        }
    }
}
