using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BlazorTransfer.Web.Storage;

/// <summary>The data folder can be written and has room.</summary>
internal sealed class DataFolderHealth(DataFolder folder, DocumentStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        store.Read(db => db.CollectionExists("users"));
        return Task.FromResult(folder.IsLowOnSpace ? HealthCheckResult.Unhealthy("The disk is nearly full.") : HealthCheckResult.Healthy());
    }
}
