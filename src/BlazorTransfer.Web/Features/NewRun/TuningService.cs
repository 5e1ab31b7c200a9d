using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Finds settings for a run that is not submitted yet, for the signed-in user.</summary>
internal sealed class TuningService(
    RunPlanner planner,
    JobEngine jobs,
    LearningRateJob learningRate,
    BatchSizeJob batchSize,
    UserLimits limits,
    IStringLocalizer<NewRunTexts> texts
)
{
    /// <summary>Finds a learning rate.</summary>
    /// <param name="user">An editor.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="request">The run.</param>
    /// <param name="take">Called with each event, on any thread.</param>
    /// <param name="cancel">Ends the worker.</param>
    /// <exception cref="RefusedException">The run is not possible, or a test of the same person is running.</exception>
    public Task<LearningRateReport> FindLearningRateAsync(
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        Action<TuningEvent> take,
        CancellationToken cancel
    ) => FindAsync(learningRate, texts["FindLearningRate"], user, projectId, request, take, cancel);

    /// <summary>Looks for a batch size.</summary>
    /// <inheritdoc cref="FindLearningRateAsync"/>
    public Task<BatchSizeReport> FindBatchSizeAsync(
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        Action<TuningEvent> take,
        CancellationToken cancel
    ) => FindAsync(batchSize, texts["FindBatchSize"], user, projectId, request, take, cancel);

    private async Task<T> FindAsync<T>(
        FinderJob<T> kind,
        string title,
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        Action<TuningEvent> take,
        CancellationToken cancel
    )
        where T : class
    {
        limits.Take(user, LimitedWork.Runs);
        JobSpec job = await planner.PrepareAsync(user, projectId, request);
        return await jobs.RunAsync(
            kind,
            new NewJob<JobSpec>(UserClaims.IdOf(user), title, job) { ProjectId = projectId, Subject = request.DatasetId },
            happened => take((TuningEvent)happened),
            cancel
        );
    }
}
