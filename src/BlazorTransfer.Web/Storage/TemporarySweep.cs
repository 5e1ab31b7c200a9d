using System.Text.RegularExpressions;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Storage;

/// <summary>At start, deletes files that an earlier process had not finished. Run folders are left alone, since a worker may be writing
/// there; so is what people copied into the weights folder.</summary>
internal sealed partial class TemporarySweep(DataFolder folder, DocumentStore store, ILogger<TemporarySweep> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The store holds the lock: nobody else writes here.
        store.Read(_ => true);
        int count = 0;
        foreach (string file in Unfinished())
        {
            try
            {
                File.Delete(file);
                count++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogWarning(e, "The unfinished file {File} could not be deleted.", Path.GetRelativePath(folder.Root, file));
            }
        }

        if (count > 0)
            log.LogInformation("Deleted {Count} files that were not finished.", count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<string> Unfinished()
    {
        const string pattern = $"*{AtomicFile.TemporaryEnding}";
        IEnumerable<string> found = Directory.EnumerateFiles(folder.Root, pattern);
        foreach (
            string inside in new[] { folder.Images, folder.Datasets, folder.Weights, folder.Thumbnails, folder.Documents, folder.Backups }
        )
            found = found.Concat(Directory.EnumerateFiles(inside, pattern, SearchOption.AllDirectories));
        return found.Where(file => AtomicName().IsMatch(file)).ToArray();
    }

    /// <summary>Names that <see cref="AtomicFile"/> gives, and those of unfinished backups.</summary>
    [GeneratedRegex(@"(\.[0-9a-f]{32}|Z\.db)\.tmp$")]
    private static partial Regex AtomicName();
}
