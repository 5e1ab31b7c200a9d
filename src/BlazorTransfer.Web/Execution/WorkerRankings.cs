using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Execution;

/// <summary>Lets a worker rank backbones.</summary>
internal sealed class WorkerRankings(WorkerStream worker)
{
    /// <param name="job">What to rank.</param>
    /// <param name="file">Where the job is written for the worker; deleted at the end.</param>
    /// <param name="take">Called with each event, on any thread.</param>
    /// <param name="cancel">Ends the worker.</param>
    /// <exception cref="RefusedException">It cannot be ranked; the message is the worker's.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>, or by a signal to the worker.</exception>
    public async Task<RankingReport> RankAsync(RankingJob job, string file, Action<RankingEvent> take, CancellationToken cancel)
    {
        job.Save(file);
        RankingReport? report = null;
        await worker.FollowAsync<RankingEvent>(
            "rank",
            file,
            happened =>
            {
                take(happened);
                if (happened is RankingFinished finished)
                    report = finished.Report;
            },
            "leave out the largest networks",
            cancel
        );
        return report ?? throw new RefusedException("The worker ended without a report.");
    }
}
