namespace BlazorTransfer.Web.Storage;

/// <summary>At start, deletes files that an earlier process had not finished. The folder of a run with a living worker is left alone; so is
/// what people copied into the weights folder.</summary>
internal sealed class TemporarySweep(DataFolder folder, DocumentStore store, ILogger<TemporarySweep> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The store holds the lock: nobody else writes here.
        store.Read(_ => true);
        int count = Unfinished().Count(file => Attempt(file, () => File.Delete(file)));
        int ofRuns = 0;
        foreach (string runId in folder.RunIds())
            Attempt(runId, () => ofRuns += UnfinishedFiles.Delete(folder.Run(runId)));
        count += ofRuns;
        if (count > 0)
            log.LogInformation("Deleted {Count} files that were not finished.", count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string[] Unfinished() =>
        [
            .. UnfinishedFiles.In(folder.Root, SearchOption.TopDirectoryOnly),
            .. new[]
            {
                folder.Images,
                folder.Datasets,
                folder.Weights,
                folder.Thumbnails,
                folder.Documents,
                folder.Backups,
                folder.Keys,
            }.SelectMany(inside => UnfinishedFiles.In(inside)),
        ];

    private bool Attempt(string what, Action delete)
    {
        try
        {
            delete();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(e, "What was not finished in {What} could not be deleted.", Path.GetRelativePath(folder.Root, what));
            return false;
        }
    }
}
