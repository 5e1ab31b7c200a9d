using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Tests settings of a run that is not submitted yet. Its result is not kept, so it ends when the page is left; each person has
/// one at a time.</summary>
internal abstract class FinderJob<TReport> : JobKind<JobSpec, TReport>
    where TReport : class
{
    public override JobLane Lane => JobLane.Finders;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        live.Any(j => j.OwnerId == job.OwnerId) ? Texts<NewRunTexts>.Get("FinderRunning") : null;

    protected override Task<TReport> RunAsync(JobContext<JobSpec> job, CancellationToken cancel) =>
        FindAsync(
            job.Input,
            job.File("run.json"),
            happened =>
            {
                job.Emit(happened);
                if (happened is TuningProgressed p)
                    job.Report(new JobProgress("", p.Done, p.Total));
            },
            cancel
        );

    protected abstract Task<TReport> FindAsync(JobSpec job, string file, Action<TuningEvent> take, CancellationToken cancel);
}

/// <summary>Looks for a learning rate.</summary>
internal sealed class LearningRateJob(WorkerCommands worker) : FinderJob<LearningRateReport>
{
    public override string Name => "find-learning-rate";

    protected override Task<LearningRateReport> FindAsync(JobSpec job, string file, Action<TuningEvent> take, CancellationToken cancel) =>
        worker.FindLearningRateAsync(job, file, take, cancel);
}

/// <summary>Looks for a batch size.</summary>
internal sealed class BatchSizeJob(WorkerCommands worker) : FinderJob<BatchSizeReport>
{
    public override string Name => "find-batch-size";

    protected override Task<BatchSizeReport> FindAsync(JobSpec job, string file, Action<TuningEvent> take, CancellationToken cancel) =>
        worker.FindBatchSizeAsync(job, file, take, cancel);
}
