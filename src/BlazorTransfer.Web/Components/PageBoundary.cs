using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace BlazorTransfer.Web.Components;

/// <summary>Shows a page's failure in its place. A missing thing or a refusal is an answer, not an error, and is not logged as
/// one.</summary>
public sealed class PageBoundary : ErrorBoundary
{
    [Inject]
    private ILogger<PageBoundary> Log { get; set; } = null!;

    protected override Task OnErrorAsync(Exception exception)
    {
        if (exception is not (NotFoundException or ForbiddenException or RefusedException) && !DiskFullException.IsCauseOf(exception))
            return base.OnErrorAsync(exception);
        Log.LogDebug("A page shows: {Message}", exception.Message);
        return Task.CompletedTask;
    }
}
