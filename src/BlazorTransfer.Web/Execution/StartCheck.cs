namespace BlazorTransfer.Web.Execution;

/// <summary>A check that starts a process, made once and remembered: what worked is not tried again, what failed no more than once a
/// minute. Nobody waits for it.</summary>
internal sealed class StartCheck(Func<CancellationToken, Task> check, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private Task? _running;
    private long _started;

    /// <summary>How the last check that has ended did; null while the first one is made. Begins one where that is due.</summary>
    public Task? Look()
    {
        lock (_lock)
        {
            if (_running is null || (_running.IsCompleted && !_running.IsCompletedSuccessfully && clock.GetElapsedTime(_started) >= Pause))
            {
                Task? before = _running;
                _started = clock.GetTimestamp();
                _running = Task.Run(() => check(CancellationToken.None));
                if (before is not null)
                    return before;
            }

            return _running.IsCompleted ? _running : null;
        }
    }
}
