using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.SystemCheck;

/// <summary>What a check is given: nothing, since it examines the machine and the data folder.</summary>
internal sealed record SystemCheckInput;

/// <summary>Lets the worker examine the machine, and keeps its report.</summary>
internal sealed class SystemCheckJob(
    DocumentCollection<SystemCheckResult> results,
    WorkerCommands worker,
    DataFolder folder,
    TimeProvider clock
) : JobKind<SystemCheckInput, SystemCheckResult>
{
    public override string Name => "system-check";

    public override JobLane Lane => JobLane.Measurements;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        live.Any(j => j.Kind == Name) ? "The system is being checked already. Wait for the result." : null;

    protected override async Task<SystemCheckResult> RunAsync(JobContext<SystemCheckInput> job, CancellationToken cancel)
    {
        var result = new SystemCheckResult { Report = await worker.CheckSystemAsync(folder.Root, cancel), CheckedAt = clock.GetUtcNow() };
        results.AddOrChange(result, _ => result);
        return result;
    }
}
