using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Jobs;

/// <summary>Stores what becomes of jobs, and decides after a start about those that had not ended.</summary>
internal sealed class JobStore(
    DocumentCollection<BackgroundJob> documents,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<JobStore> log
)
{
    public const int MostAttempts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Changes the document of a job, and tells the job. Does nothing where the document is gone.</summary>
    public Task ChangeAsync(LiveJob live, Func<BackgroundJob, BackgroundJob> change) =>
        WithPatienceAsync(
            live,
            () =>
            {
                if (documents.Change(live.Id, change) is { } stored)
                    live.Store(stored);
            }
        );

    public Task RemoveAsync(LiveJob live) => WithPatienceAsync(live, () => documents.Remove(live.Id));

    /// <summary>Decides about each job that had not ended when the application did.</summary>
    /// <returns>Jobs that are queued now, the oldest first.</returns>
    public IReadOnlyList<BackgroundJob> Recover(IReadOnlyDictionary<string, IJobKind> kinds)
    {
        var queued = new List<BackgroundJob>();
        foreach (BackgroundJob job in documents.All().Where(j => !j.State.IsFinal()).OrderBy(j => j.CreatedAt))
        {
            IJobKind? kind = kinds.GetValueOrDefault(job.Kind);
            BackgroundJob recovered = Recover(job, kind, clock.GetUtcNow());
            if (!recovered.State.IsFinal())
                queued.Add(recovered);
            if (recovered.State.IsFinal() && kind?.KeepsHistory == false)
                documents.Remove(job.Id);
            else
                documents.Change(job.Id, _ => recovered);
        }

        return queued;
    }

    private static BackgroundJob Recover(BackgroundJob job, IJobKind? kind, DateTimeOffset now) =>
        (kind, job) switch
        {
            (null, _) => job.Fail(
                Message.Of("job.unknown-kind", $"This version of the application does not know this kind of job."),
                null,
                now
            ),
            ({ SurvivesRestart: false }, _) => job.Cancel(null, now),
            (_, { State: JobState.Running, Attempts: >= MostAttempts }) => job.Fail(
                Message.Of(
                    "job.interrupted",
                    $"It was interrupted {MostAttempts} times by an end of the application. If nobody ended the application, memory "
                        + $"may have "
                        + $"run out. Try again with less data or smaller models."
                ),
                null,
                now
            ),
            _ => job.Requeue(takesBackAttempt: false),
        };

    /// <summary>Tries again while the store cannot write, such as on a full disk: an end that is not stored would be work done
    /// twice.</summary>
    private async Task WithPatienceAsync(LiveJob live, Action write)
    {
        while (true)
        {
            try
            {
                write();
                return;
            }
            catch (Exception e) when (!lifetime.ApplicationStopping.IsCancellationRequested)
            {
                log.LogError(e, "Job {Job} ({Kind}) could not be stored; it is tried again.", live.Id, live.Kind.Name);
                await Task.Delay(Pause, clock, lifetime.ApplicationStopping);
            }
        }
    }
}
