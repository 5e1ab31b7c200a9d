using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker;

/// <summary>
/// Lets a run wait while its disk is nearly full, so that it does not take the last bytes from the web application. Waiting costs nothing
/// that was learned; a failed run would.
/// </summary>
/// <param name="minimumFreeBytes">The run waits while less than this is free; 0 never waits.</param>
/// <param name="freeBytes">How much is free now.</param>
/// <param name="emit">Takes the messages.</param>
/// <param name="clock">Measures the pauses between two looks.</param>
internal sealed class SpaceGate(long minimumFreeBytes, Func<long> freeBytes, Action<RunEvent> emit, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Free bytes on the disk of a folder.</summary>
    public static Func<long> On(string folder) => () => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Returns once there is space, or the run is cancelled. Called between two steps, on the thread that trains.</summary>
    public void Pass(CancellationToken cancel)
    {
        if (HasSpace())
            return;
        emit(
            MessageLogged.Of(
                MessageLevel.Warning,
                Message.Of(
                    "disk.nearly-full",
                    $"The disk is nearly full, so the run waits. Free some space on the disk of the data folder; the run then goes on."
                )
            )
        );
        while (!HasSpace())
        {
            // A timer of the given clock, so that a test need not wait.
            using var over = new CancellationTokenSource(Pause, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancel);
            either.Token.WaitHandle.WaitOne();
            if (cancel.IsCancellationRequested)
                return;
        }

        emit(
            MessageLogged.Of(
                MessageLevel.Information,
                Message.Of("disk.has-space", $"There is space on the disk again, so the run goes on.")
            )
        );
    }

    private bool HasSpace() => minimumFreeBytes == 0 || freeBytes() >= minimumFreeBytes;
}
