using System.Collections.Concurrent;
using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>
/// Settings for a run that is not submitted yet, found by trying: a worker takes some of its steps for whoever is looking at the form.
/// Nothing is
/// kept, so that it ends when nobody looks any more; one person has one at a time.
/// </summary>
internal sealed class TuningService(RunPlanner planner, WorkerCommands worker, DataFolder folder) : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _atWork = new();
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Looks for a learning rate.</summary>
    /// <param name="user">An editor.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="request">What is to be run.</param>
    /// <param name="take">Called with each event, on any thread.</param>
    /// <param name="cancel">Ends the worker.</param>
    /// <exception cref="RefusedException">It cannot be run so, or the same person has something at work.</exception>
    public Task<LearningRateReport> FindLearningRateAsync(
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        Action<TuningEvent> take,
        CancellationToken cancel
    ) => FindAsync(worker.FindLearningRateAsync, user, projectId, request, take, cancel);

    /// <summary>Looks for a batch size.</summary>
    /// <inheritdoc cref="FindLearningRateAsync"/>
    public Task<BatchSizeReport> FindBatchSizeAsync(
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        Action<TuningEvent> take,
        CancellationToken cancel
    ) => FindAsync(worker.FindBatchSizeAsync, user, projectId, request, take, cancel);

    /// <summary>The application ends, and the workers with it.</summary>
    public void Dispose() => _ending.Cancel();

    private async Task<T> FindAsync<T>(
        Func<JobSpec, string, Action<TuningEvent>, CancellationToken, Task<T>> find,
        ClaimsPrincipal user,
        string projectId,
        RunRequest request,
        Action<TuningEvent> take,
        CancellationToken cancel
    )
        where T : class
    {
        JobSpec job = await planner.PrepareAsync(user, projectId, request);
        string person = UserClaims.IdOf(user);
        if (!_atWork.TryAdd(person, true))
            throw new RefusedException("You are trying out settings already, here or in another tab. Cancel that, or wait for its end.");
        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ending.Token);
            return await find(job, folder.NewTuningJob(), take, ended.Token);
        }
        finally
        {
            _atWork.TryRemove(person, out _);
        }
    }
}
