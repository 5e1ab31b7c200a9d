using System.Runtime.CompilerServices;
using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Jobs;

/// <summary>
/// Runs everything that the application does in the background. A job is accepted once its document and its files are on the disk; it
/// ends once its end is. In between it may be started again, because the application ended, up to <see cref="JobStore.MostAttempts"/>
/// times.
/// Who may see or cancel a job is asked by <see cref="JobService"/> and the services of the features.
/// </summary>
internal sealed class JobEngine(
    DocumentCollection<BackgroundJob> documents,
    JobStore store,
    IEnumerable<IJobKind> kinds,
    JobFolders folders,
    JobHistory history,
    JobBells bells,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<JobEngine> log
) : IHostedService
{
    private const int MostOfOwner = 100;
    private const int MostQueued = 2_000;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    // When to ask again where a queue is full: some of its jobs will have ended then.
    private static readonly TimeSpan QueuePatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, IJobKind> _kinds = kinds.ToDictionary(k => k.Name, StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveJob> _live = new(StringComparer.Ordinal);
    private readonly FairQueue _queue = new();
    private DateTimeOffset _lastCreated;
    private bool _isOpen;

    /// <summary>Accepts a job. When this returns, the job survives the end of the application if its kind does.</summary>
    /// <exception cref="RefusedException">The kind refuses it, or too many jobs are queued. Its files are deleted then.</exception>
    public BackgroundJob Submit<TInput, TResult>(JobKind<TInput, TResult> kind, NewJob<TInput> job)
        where TInput : class
        where TResult : class => Accept(kind, job, take: null).Current;

    /// <summary>Accepts a job and waits for its end. The job is cancelled with the caller.</summary>
    /// <param name="kind">The kind of the job.</param>
    /// <param name="job">The job.</param>
    /// <param name="take">Called with each event that the job emits, in order, on any thread.</param>
    /// <param name="cancel">Cancels the job.</param>
    public async Task<TResult> RunAsync<TInput, TResult>(
        JobKind<TInput, TResult> kind,
        NewJob<TInput> job,
        Action<object>? take,
        CancellationToken cancel
    )
        where TInput : class
        where TResult : class
    {
        cancel.ThrowIfCancellationRequested();
        LiveJob live = Accept(kind, job, take);
        await using CancellationTokenRegistration registration = cancel.Register(() => Cancel(live.Id));
        return (TResult)(await live.Ended)!;
    }

    /// <summary>A job as it is now; null where there is none.</summary>
    public BackgroundJob? Find(string jobId) => Unended(jobId) ?? documents.Find(jobId);

    /// <summary>Jobs of a project, or of the installation, the newest first.</summary>
    public IReadOnlyList<BackgroundJob> List(string projectId) =>
        [
            .. documents
                .FindBy(nameof(BackgroundJob.ProjectId), projectId)
                .Select(j => Unended(j.Id) ?? j)
                .OrderByDescending(j => j.CreatedAt),
        ];

    /// <summary>Jobs that are queued or running, with what they show.</summary>
    public IReadOnlyList<LiveJob> Live(IJobKind kind)
    {
        lock (_gate)
            // One whose end is stored is over, though its folder may still be on its way out.
            return [.. _live.Values.Where(j => j.Kind == kind && !j.Current.State.IsFinal())];
    }

    /// <summary>Yields at once and after each change to jobs of a project or of the installation; several changes at a time count as one.
    /// Whoever reads the jobs after each yield misses no change.</summary>
    public async IAsyncEnumerable<int> WatchAsync(
        string projectId,
        TimeSpan shortestPause,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        for (int round = 0; ; round++)
        {
            Task change = bells.Next(projectId);
            yield return round;
            await change.WaitAsync(cancel);
            await Task.Delay(shortestPause, clock, cancel);
        }
    }

    /// <summary>Ends a queued job at once, and asks a running one to end. Does nothing to one that has ended.</summary>
    public void Cancel(string jobId)
    {
        LiveJob? live;
        bool isQueued;
        lock (_gate)
        {
            live = _live.GetValueOrDefault(jobId);
            if (live is null)
                return;
            isQueued = !live.HasSlot;
            // From here on nobody else starts it or ends it.
            live.HasSlot = true;
        }

        live.RequestCancel();
        if (isQueued)
            _ = Task.Run(() => EndAsync(live, result: null, new OperationCanceledException(live.CancelRequested)));
    }

    /// <summary>Takes a failed job off the pages; it stays in the history.</summary>
    public void Dismiss(string jobId)
    {
        if (documents.Change(jobId, j => j.Dismiss()) is { } job)
            bells.Ring(job.ProjectId);
    }

    /// <summary>Cancels the jobs of a project that is deleted, and forgets those that have ended.</summary>
    public void Forget(string projectId)
    {
        foreach (BackgroundJob job in List(projectId))
        {
            Cancel(job.Id);
            documents.Remove(job.Id);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (BackgroundJob job in store.Recover(_kinds))
                _live[job.Id] = NewLive(job, _kinds[job.Kind], take: null);
            folders.Sweep(_live.Keys.ToHashSet(StringComparer.Ordinal));
            _isOpen = true;
        }

        foreach (string projectId in documents.All().Select(j => j.ProjectId).Distinct().ToArray())
            history.Prune(projectId);
        StartNext();
        return Task.CompletedTask;
    }

    /// <summary>Waits for the running jobs, which the stop of the application has cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_gate)
        {
            _isOpen = false;
            running = [.. _live.Values.Where(j => j.HasSlot).Select(j => j.Ended)];
        }

        Task ended = Task.WhenAll(running);
        await Task.WhenAny(ended, Task.Delay(StopPatience, clock, cancellationToken));
        if (!ended.IsCompleted)
            log.LogWarning(
                "{Count} background jobs did not end in time; the next start decides about them.",
                running.Count(j => !j.IsCompleted)
            );
    }

    private LiveJob Accept<TInput>(IJobKind kind, NewJob<TInput> job, Action<object>? take)
    {
        string id = Ids.New();
        LiveJob live;
        try
        {
            // Files first: a folder without a document is swept, a document without its files could not run.
            folders.Create(id, job.Files);
            lock (_gate)
                live = Enter(id, kind, job, take);
        }
        catch
        {
            folders.Delete(id);
            throw;
        }

        bells.Ring(job.ProjectId);
        StartNext();
        return live;
    }

    private LiveJob Enter<TInput>(string id, IJobKind kind, NewJob<TInput> job, Action<object>? take)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            throw new StoppingException();
        // Strictly later than the one before, so that the order of acceptance is the order of the queue.
        DateTimeOffset now = clock.GetUtcNow();
        _lastCreated = now > _lastCreated ? now : _lastCreated.AddTicks(1);
        var document = new BackgroundJob
        {
            Id = id,
            Kind = kind.Name,
            OwnerId = job.OwnerId,
            ProjectId = job.ProjectId,
            Subject = job.Subject,
            Title = job.Title,
            Input = JsonSerializer.SerializeToElement(job.Input, ProtocolJson.Line),
            CreatedAt = _lastCreated,
        };
        BackgroundJob[] inLane = [.. _live.Values.Where(j => j.Kind.Lane == kind.Lane).Select(j => j.Current)];
        if (kind.WhyRefused(document, inLane) is { } reason)
            throw new RefusedException(reason);
        // For each owner, so that nobody can fill the queue for all others.
        if (inLane.Count(j => j.OwnerId == document.OwnerId) >= MostOfOwner)
            throw new TooManyRequestsException(
                Message.Of(
                    "jobs.too-many-of-owner",
                    $"You have {MostOfOwner} jobs of this kind in the queue. Cancel some, or wait until they have ended."
                ),
                QueuePatience
            );
        if (inLane.Length >= MostQueued)
            throw new TooManyRequestsException(
                Message.Of("jobs.queue-full", $"Too many jobs of this kind are queued. Try again later."),
                QueuePatience
            );
        documents.Add(document);
        return _live[id] = NewLive(document, kind, take);
    }

    private LiveJob NewLive(BackgroundJob job, IJobKind kind, Action<object>? take) => new(job, kind, take, j => bells.Ring(j.ProjectId));

    /// <summary>A job with its progress; null once it has ended, since its document may have been dismissed then.</summary>
    private BackgroundJob? Unended(string jobId) => FindLive(jobId)?.Current is { } job && !job.State.IsFinal() ? job : null;

    private LiveJob? FindLive(string jobId)
    {
        lock (_gate)
            return _live.GetValueOrDefault(jobId);
    }

    /// <summary>Gives free slots to queued jobs.</summary>
    private void StartNext()
    {
        var starting = new List<LiveJob>();
        lock (_gate)
        {
            if (!_isOpen)
                return;
            foreach (IGrouping<JobLane, LiveJob> lane in _live.Values.GroupBy(j => j.Kind.Lane))
            {
                List<LiveJob> queued = [.. lane.Where(j => !j.HasSlot)];
                for (int free = lane.Key.Slots - lane.Count(j => j.HasSlot); free > 0 && queued.Count > 0; free--)
                {
                    LiveJob next = _queue.Take(lane.Key, queued);
                    next.HasSlot = true;
                    queued.Remove(next);
                    starting.Add(next);
                }
            }
        }

        foreach (LiveJob live in starting)
            _ = Task.Run(() => ExecuteAsync(live));
    }

    private async Task ExecuteAsync(LiveJob live)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(live.CancelRequested, lifetime.ApplicationStopping);
        try
        {
            await store.ChangeAsync(live, j => j.Start(clock.GetUtcNow()));
            await EndAsync(live, await live.Kind.RunAsync(live, folders.Of(live.Id), cancel.Token), failure: null);
        }
        catch (Exception e)
        {
            await EndAsync(live, result: null, e);
        }
    }

    /// <summary>Stores how a job ended, lets go of what it needed, and tells whoever waits for it.</summary>
    private async Task EndAsync(LiveJob live, object? result, Exception? failure)
    {
        try
        {
            bool isInterrupted =
                failure is not null
                && !live.CancelRequested.IsCancellationRequested
                && lifetime.ApplicationStopping.IsCancellationRequested;
            if (isInterrupted && live.Kind.SurvivesRestart)
                await store.ChangeAsync(live, j => j.Requeue(takesBackAttempt: true));
            else
                await StoreEndAsync(live, isInterrupted, result, failure);
        }
        catch (Exception e)
        {
            // The store is closed, or the application stops while the disk is full: the next start decides.
            log.LogError(e, "The end of job {Job} ({Kind}) could not be stored.", live.Id, live.Kind.Name);
        }

        lock (_gate)
            _live.Remove(live.Id);
        live.Finish(result, failure);
        StartNext();
    }

    private async Task StoreEndAsync(LiveJob live, bool isInterrupted, object? result, Exception? failure)
    {
        bool isCancelled = isInterrupted || (failure is OperationCanceledException && live.CancelRequested.IsCancellationRequested);
        if (failure is not (null or RefusedException or OperationCanceledException))
            log.LogError(failure, "Job {Job} ({Kind}) failed.", live.Id, live.Kind.Name);
        JobProgress? progress = live.Current.Progress;
        DateTimeOffset now = clock.GetUtcNow();
        BackgroundJob ended = failure switch
        {
            null => live.Current.Succeed(live.Kind.KeepsHistory ? ToJson(result) : null, progress, now),
            _ when isCancelled => live.Current.Cancel(progress, now),
            RefusedException or OperationCanceledException => live.Current.Fail(Message.Of(failure), progress, now),
            _ when DiskFullException.IsCauseOf(failure) => live.Current.Fail(DiskFullException.Sentence, progress, now),
            _ => live.Current.Fail(Message.Of("error.something", $"Something went wrong: {Message.Of(failure)}"), progress, now),
        };
        if (live.Kind.KeepsHistory)
            await store.ChangeAsync(live, _ => ended);
        else
            await store.RemoveAsync(live);
        live.Kind.CleanUp(ended);
        history.Prune(ended.ProjectId);
        folders.Delete(live.Id);
    }

    private static JsonElement? ToJson(object? result) =>
        result is null ? null : JsonSerializer.SerializeToElement(result, result.GetType(), ProtocolJson.Line);
}
