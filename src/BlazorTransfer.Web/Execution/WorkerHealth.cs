using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BlazorTransfer.Web.Execution;

/// <summary>The worker's program is there and has started once: a library that is missing shows before somebody waits for a run.</summary>
internal sealed class WorkerHealth(WorkerLocator locator, CatalogueProvider catalogue, TimeProvider clock) : IHealthCheck
{
    private readonly StartCheck _start = new(catalogue.GetAsync, clock);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        try
        {
            _ = locator.Folder;
        }
        catch (FileNotFoundException e)
        {
            return HealthCheckResult.Unhealthy("The worker's program is missing. The application's log says where it was looked for.", e);
        }

        return _start.Look() switch
        {
            null => HealthCheckResult.Unhealthy("The worker is being checked."),
            { IsCompletedSuccessfully: true } => HealthCheckResult.Healthy(),
            { Exception: var e } => HealthCheckResult.Unhealthy("The worker cannot start. The application's log says why.", e),
        };
    }
}
