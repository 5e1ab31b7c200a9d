using BlazorTransfer.Core.Protocol;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BlazorTransfer.Web.Storage;

/// <summary>The database answers, and the data folder can be written and has room.</summary>
internal sealed class DataFolderHealth(DataFolder folder, DocumentStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        try
        {
            store.Read(db => db.CollectionExists("users"));
            folder.ProbeWrite();
            return folder.IsLowOnSpace ? HealthCheckResult.Unhealthy("The disk is nearly full.") : HealthCheckResult.Healthy();
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy(
                DiskFullException.IsCauseOf(e)
                    ? DiskFullException.Sentence
                    : "The data folder cannot be used. The application's log says why.",
                e
            );
        }
    }
}
