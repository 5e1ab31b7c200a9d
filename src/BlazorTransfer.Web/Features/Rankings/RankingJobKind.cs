using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>What a ranking is given.</summary>
internal sealed record RankingInput(string DatasetId, int DatasetVersion, RankingJob Job);

/// <summary>What a ranking came to.</summary>
internal sealed record RankingOutcome(int Candidates);

/// <summary>Lets a worker rank backbones on a version of a data set, and keeps the report for it.</summary>
internal sealed class RankingJobKind(DocumentCollection<DatasetRanking> rankings, WorkerCommands worker, TimeProvider clock)
    : JobKind<RankingInput, RankingOutcome>
{
    public override string Name => "ranking";

    public override JobLane Lane => JobLane.Rankings;

    public override bool SurvivesRestart => true;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        live.Any(j => j.Subject == job.Subject) ? Texts<RankingTexts>.Get("RankedAlready") : null;

    protected override async Task<RankingOutcome> RunAsync(JobContext<RankingInput> job, CancellationToken cancel)
    {
        RankingActivity activity = RankingActivity.Of(job.Job);
        RankingReport report = await worker.RankAsync(job.Input.Job, job.File("ranking.json"), Take, cancel);
        var ranking = new DatasetRanking
        {
            ProjectId = job.Job.ProjectId,
            DatasetId = job.Input.DatasetId,
            DatasetVersion = job.Input.DatasetVersion,
            StartedBy = job.Job.OwnerId,
            FinishedAt = clock.GetUtcNow(),
            Report = report,
        };
        rankings.AddOrChange(ranking, _ => ranking);
        return new RankingOutcome(report.Candidates.Count);

        void Take(RankingEvent happened)
        {
            activity = activity.Apply(happened);
            job.Show(activity);
            if (activity.Progress is { } p)
                job.Report(new JobProgress(p.Candidate ?? "", p.Done, p.Total));
        }
    }
}
