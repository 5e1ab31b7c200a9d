using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Enters several configurations as one experiment: networks, methods or settings that are compared with each other.</summary>
internal sealed class ExperimentRuns(RunPlanner planner, RunQueue queue, DataFolder folder, UserLimits limits)
{
    /// <summary>
    /// Checks all configurations, then enters their runs. Runs that are there already are not entered again, so that a caller can repeat
    /// the call after a crash.
    /// </summary>
    /// <param name="user">An editor.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="experimentId">A new id, or the one of an earlier call with the same configurations.</param>
    /// <param name="name">Of the experiment; a number makes it unique in the project.</param>
    /// <param name="configurations">Each becomes a trial, numbered from 1; its folds and repeats share that number.</param>
    /// <returns>The runs that were entered.</returns>
    /// <exception cref="Refusals.RefusedException">Something is wrong with a configuration.</exception>
    public async Task<IReadOnlyList<Run>> SubmitAsync(
        ClaimsPrincipal user,
        string projectId,
        string experimentId,
        string name,
        IReadOnlyList<RunRequest> configurations
    )
    {
        limits.Take(user, LimitedWork.Runs);
        folder.RequireSpace();
        var planned = new List<(RunSubmission Submission, JobSpec Job)>();
        foreach ((int trial, RunRequest configuration) in configurations.Index())
            planned.AddRange(
                (await planner.PlanAsync(user, projectId, configuration)).Select(p =>
                    (p.Submission with { ExperimentId = experimentId, ExperimentName = name, Trial = trial + 1 }, p.Job)
                )
            );
        return await queue.EnterAsync(
            projectId,
            present =>
            {
                HashSet<(int, Fold?, int)> entered =
                [
                    .. present.Where(r => r.Submission.ExperimentId == experimentId).Select(r => KeyOf(r.Submission, r.Job)),
                ];
                return planned.Where(p => !entered.Contains(KeyOf(p.Submission, p.Job)));
            }
        );
    }

    private static (int Trial, Fold? Fold, int Seed) KeyOf(RunSubmission submission, JobSpec job) => (submission.Trial, job.Fold, job.Seed);
}
