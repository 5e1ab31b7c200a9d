namespace BlazorTransfer.Web.Storage;

/// <summary>At start, brings the descriptors in step with the database: a crash may have come between the two, and a data folder of an
/// earlier version has none.</summary>
internal sealed class DescriptorCheck(IEnumerable<IDocuments> kinds, ILogger<DescriptorCheck> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (IDocuments kind in kinds)
                kind.WriteDescriptors();
        }
        catch (IOException e)
        {
            // They are for the day on which the database is damaged; a full disk must not end the start.
            log.LogError(e, "Descriptors could not be written; the next start tries again.");
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
