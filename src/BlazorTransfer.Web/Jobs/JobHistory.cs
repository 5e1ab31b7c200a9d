using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Jobs;

/// <summary>Keeps the jobs that ended last, so that pages can show what became of them, and lets go of older ones.</summary>
internal sealed class JobHistory(DocumentCollection<BackgroundJob> documents, TimeProvider clock)
{
    public const int MostOfAProject = 50;
    public static readonly TimeSpan LongestKept = TimeSpan.FromDays(30);

    /// <param name="projectId">The project; empty for jobs of the installation.</param>
    public void Prune(string projectId)
    {
        DateTimeOffset oldest = clock.GetUtcNow() - LongestKept;
        IEnumerable<BackgroundJob> ended = documents
            .FindBy(nameof(BackgroundJob.ProjectId), projectId)
            .Where(j => j.State.IsFinal())
            .OrderByDescending(j => j.FinishedAt)
            .ThenByDescending(j => j.CreatedAt);
        foreach ((int index, BackgroundJob job) in ended.Index())
        {
            if (index >= MostOfAProject || job.FinishedAt < oldest)
                documents.Remove(job.Id);
        }
    }
}
