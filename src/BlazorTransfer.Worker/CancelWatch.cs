using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker;

/// <summary>
/// Looks for a request to cancel in a run folder, adds it to the run's events and cancels the run. Once disposed, it does nothing more,
/// so that the run's last event is the last.
/// </summary>
internal sealed class CancelWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Lock _looking = new();
    private readonly RunFolder _folder;
    private readonly Action<RunEvent> _emit;
    private readonly CancellationTokenSource _cancel;
    private readonly Timer _timer;
    private bool _done;

    public CancelWatch(RunFolder folder, Action<RunEvent> emit, CancellationTokenSource cancel)
    {
        (_folder, _emit, _cancel) = (folder, emit, cancel);
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
            if (_done || _folder.ReadCancelRequest() is not { } request)
                return;
            _done = true;
            try
            {
                _emit(request);
            }
            catch (RunTakenException)
            {
                // Nobody waits for this attempt any more; what trains learns of it too.
            }

            _cancel.Cancel();
        }
    }
}
