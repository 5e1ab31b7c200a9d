using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker;

/// <summary>
/// Looks for requests in a run folder: to cancel the run, or to stop it early and keep its best epoch. Each is added to the run's events
/// and passed on. Once disposed, it does nothing more, so that the run's last event is the last.
/// </summary>
internal sealed class RequestWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Lock _looking = new();
    private readonly RunFolder _folder;
    private readonly Action<RunEvent> _emit;
    private readonly CancellationTokenSource _cancel;
    private readonly CancellationTokenSource _stop;
    private readonly Timer _timer;
    private bool _stopTaken;
    private bool _done;

    public RequestWatch(RunFolder folder, Action<RunEvent> emit, CancellationTokenSource cancel, CancellationTokenSource stop)
    {
        (_folder, _emit, _cancel, _stop) = (folder, emit, cancel, stop);
        _timer = new Timer(_ => Look(), null, TimeSpan.Zero, Pause);
    }

    public void Dispose()
    {
        lock (_looking)
            _done = true;
        _timer.Dispose();
    }

    private void Look()
    {
        lock (_looking)
        {
            if (!_done && !_stopTaken && _folder.ReadStopRequest() is { } stop)
            {
                _stopTaken = true;
                Take(stop, _stop);
            }

            if (!_done && _folder.ReadCancelRequest() is { } cancel)
            {
                _done = true;
                Take(cancel, _cancel);
            }
        }
    }

    private void Take(RunEvent request, CancellationTokenSource signal)
    {
        try
        {
            _emit(request);
        }
        catch (RunTakenException)
        {
            // Nobody waits for this attempt any more; what trains learns of it too.
        }

        signal.Cancel();
    }
}
