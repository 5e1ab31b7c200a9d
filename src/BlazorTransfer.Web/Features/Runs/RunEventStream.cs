using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// The events of a run, from any point, then live. Each reader goes on at its own pace: from the record while it catches up, from the last
/// events in memory while it follows. Nothing is missed or seen twice, a slow reader delays nobody, and no reader sees what is not stored
/// yet.
/// </summary>
internal sealed class RunEventStream(DataFolder folder, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _bells = new();
    private readonly ConcurrentDictionary<string, long> _held = new();
    private readonly ConcurrentDictionary<string, RecentEvents> _recent = new();
    private readonly ConcurrentDictionary<string, ImmutableList<RunEvent>> _requests = new();

    /// <summary>Lets readers see the events of a run up to this one, until more are let through or the run is released.</summary>
    public void Hold(string runId, long sequence) => _held[runId] = sequence;

    /// <summary>Lets readers see what a worker has written and the database has. They need not read it themselves.</summary>
    public void Publish(string runId, RunEventTail tail)
    {
        _recent.GetOrAdd(runId, _ => new RecentEvents()).Add(tail.Events);
        Hold(runId, tail.LastSequence);
        Ring(runId);
    }

    /// <summary>Lets readers see that somebody has asked a worker to end, before the worker says so.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="request">A <see cref="RunCancelRequested"/> or <see cref="RunStopRequested"/> without a number.</param>
    public void Publish(string runId, RunEvent request)
    {
        _requests.AddOrUpdate(runId, [request], (_, earlier) => earlier.Add(request));
        Ring(runId);
    }

    /// <summary>Lets readers see all events of a run: nobody writes any more.</summary>
    public void Release(string runId)
    {
        _recent.TryRemove(runId, out _);
        _requests.TryRemove(runId, out _);
        _held.TryRemove(runId, out _);
        Ring(runId);
    }

    /// <summary>Wakes the readers of a run.</summary>
    public void Ring(string runId)
    {
        if (_bells.TryRemove(runId, out TaskCompletionSource? bell))
            bell.TrySetResult();
    }

    /// <summary>
    /// All events after <paramref name="afterSequence"/>, in batches of at most a window as they come; ends after the run's end or its
    /// deletion. A request to cancel or to stop early comes as soon as it is made, at first without a number.
    /// </summary>
    /// <exception cref="OperationCanceledException">The reader or the application stops.</exception>
    public async IAsyncEnumerable<RunEventBatch> ReadAsync(
        string runId,
        long afterSequence,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancel, lifetime.ApplicationStopping);
        RunFolder run = folder.Run(runId);
        // The last event is read again where the reader has it already: it may be the end.
        RunEventTail? tail = RunEventTail.Before(run.Events, afterSequence);
        List<RunEvent> waiting = [];
        long position = 0;
        IReadOnlyList<RunEvent> earlier = run.ReadRequests();
        HashSet<Type> seenRequests = [];
        bool expectsMore = false;
        while (true)
        {
            // The bell is hung before anything is read: what is written in between rings it.
            Task bell = _bells.GetOrAdd(runId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            // What may not be seen yet stays the only window in memory.
            bool isAtEnd = false;
            if (waiting.Count == 0)
            {
                if (position > 0 && Recent(runId, position) is { } recent)
                {
                    waiting.AddRange(recent);
                    (tail, isAtEnd) = (null, true);
                }
                else
                {
                    tail = ReadOn(tail ?? RunEventTail.Before(run.Events, position + 1), run);
                    waiting.AddRange(tail.Events.Where(e => e.Sequence > position));
                    isAtEnd = tail.IsAtEnd;
                }
            }

            // The file is read before the limit is: what is in the file although nobody holds it back is stored.
            long limit = _held.GetValueOrDefault(runId, long.MaxValue);
            List<RunEvent> news = [.. waiting.TakeWhile(e => e.Sequence <= limit)];
            waiting.RemoveRange(0, news.Count);
            position = news.Count == 0 ? position : news[^1].Sequence;
            bool ended = news.Exists(e => e is RunFinished or RunDeleted);
            news.RemoveAll(e => e.Sequence <= afterSequence);
            if (!ended)
                news.AddRange(earlier.Concat(_requests.GetValueOrDefault(runId, [])).Where(r => seenRequests.Add(r.GetType())));

            bool isLatest = ended || waiting.Count > 0 || isAtEnd;
            // The batch before said that more follows; an empty one says that it was the last.
            if (news.Count > 0 || (isLatest && expectsMore))
                yield return new RunEventBatch(news, isLatest);
            expectsMore = !isLatest;
            if (ended)
                yield break;
            if (isLatest)
                await bell.WaitAsync(stopping.Token);
        }
    }

    private IReadOnlyList<RunEvent>? Recent(string runId, long after) =>
        _recent.TryGetValue(runId, out RecentEvents? recent) ? recent.After(after) : null;

    /// <summary>A damaged record is mended by the supervisor, which wakes its readers then.</summary>
    private static RunEventTail ReadOn(RunEventTail tail, RunFolder run)
    {
        try
        {
            return tail.ReadOn(run.Events);
        }
        catch (InvalidDataException)
        {
            return tail with { Events = [], IsAtEnd = true };
        }
    }
}

/// <summary>Events of a run, as a reader gets them.</summary>
/// <param name="Events">In order; none where all that it says is that no more are there.</param>
/// <param name="IsLatest">True if no more are there to be read at once.</param>
internal sealed record RunEventBatch(IReadOnlyList<RunEvent> Events, bool IsLatest);
