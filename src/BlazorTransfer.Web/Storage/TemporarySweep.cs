namespace BlazorTransfer.Web.Storage;

/// <summary>At start, deletes files that an earlier process had not finished. Not in run folders, where a worker may be writing: the
/// supervisor does that once it knows.</summary>
internal sealed class TemporarySweep(DataFolder folder, DocumentStore store, ILogger<TemporarySweep> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The store holds the lock: nobody else writes here.
        store.Read(_ => true);
        string[] folders =
        [
            folder.Images,
            folder.Datasets,
            folder.Weights,
            folder.Thumbnails,
            folder.Documents,
            folder.Backups,
            folder.Keys,
        ];
        int count =
            UnfinishedFiles.Delete(folder.Root, SearchOption.TopDirectoryOnly, log)
            + folders.Sum(inside => UnfinishedFiles.Delete(inside, SearchOption.AllDirectories, log));
        if (count > 0)
            log.LogInformation("Deleted {Count} files that were not finished.", count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
