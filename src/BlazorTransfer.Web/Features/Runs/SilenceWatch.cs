using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Notices that a worker gives no sign of life: neither its heartbeat nor its events go on. A paused machine or a lost network
/// drive looks like this; whether the worker has ended is another question.</summary>
internal sealed class SilenceWatch(TimeProvider clock)
{
    /// <summary>The silence that is worth a word, and the steps in which it is counted.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // By a clock that nobody sets.
    private long _heard = clock.GetTimestamp(),
        _looked = clock.GetTimestamp();
    private Heartbeat? _last;
    private long _position;

    /// <summary>How long there was no sign, in whole steps; null while that is less than one.</summary>
    public TimeSpan? Silence => (int)(clock.GetElapsedTime(_heard) / Step) is > 0 and int steps ? steps * Step : null;

    /// <summary>Looks for a sign; at most once a second for a heartbeat.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="position">How far its events have been read.</param>
    public void Look(RunFolder run, long position)
    {
        if (position != _position)
            (_position, _heard) = (position, clock.GetTimestamp());
        if (clock.GetElapsedTime(_looked) < Pause)
            return;
        _looked = clock.GetTimestamp();
        // An older attempt that still counts somewhere is not the worker of this run.
        if (Heartbeat.TryRead(run.Heartbeat) is { } beat && beat != _last && beat.Attempt >= (_last?.Attempt ?? 0))
            (_last, _heard) = (beat, clock.GetTimestamp());
    }
}
