namespace BlazorTransfer.Web.Jobs;

/// <summary>A job that is queued or running, in memory.</summary>
internal sealed class LiveJob(BackgroundJob job, IJobKind kind, Action<object>? take, Action<BackgroundJob> changed)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource<object?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BackgroundJob _current = job;
    private object? _detail;

    public string Id { get; } = job.Id;

    public IJobKind Kind => kind;

    /// <summary>The document, with the progress.</summary>
    public BackgroundJob Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    /// <summary>What the job shows beside its progress.</summary>
    public object? Detail
    {
        get
        {
            lock (_gate)
                return _detail;
        }
    }

    /// <summary>The scheduler has given it a slot. Guarded by the engine's gate.</summary>
    public bool HasSlot { get; set; }

    /// <summary>Somebody asked for its end.</summary>
    public CancellationToken CancelRequested => _cancel.Token;

    /// <summary>Ends with the job: its result, or the exception that ended it.</summary>
    public Task<object?> Ended => _ended.Task;

    public void RequestCancel() => _cancel.Cancel();

    public void Report(JobProgress progress) => Change(job => job with { Progress = progress });

    public void Show(object detail)
    {
        lock (_gate)
            _detail = detail;
        changed(Current);
    }

    public void Emit(object happened) => take?.Invoke(happened);

    /// <summary>Takes over a stored document.</summary>
    public void Store(BackgroundJob stored) => Change(_ => stored);

    public void Finish(object? result, Exception? failure)
    {
        if (failure is null)
            _ended.TrySetResult(result);
        else if (failure is OperationCanceledException && CancelRequested.IsCancellationRequested)
            _ended.TrySetCanceled(CancelRequested);
        else
            _ended.TrySetException(failure);
        // Nobody may be waiting for it.
        _ = _ended.Task.Exception;
        changed(Current);
    }

    private void Change(Func<BackgroundJob, BackgroundJob> change)
    {
        BackgroundJob after;
        lock (_gate)
            after = _current = change(_current);
        changed(after);
    }
}
