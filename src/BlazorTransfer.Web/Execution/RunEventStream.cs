using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Execution;

/// <summary>
/// The events of a run, from any point, then live. Each reader follows the file at its own pace and is only woken when there is
/// more: nothing is missed or seen twice, and a slow reader delays nobody.
/// </summary>
internal sealed class RunEventStream(DataFolder folder)
{
    // A reader also looks by itself now and then: the file is the truth, the bell a convenience.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _bells = new();

    /// <summary>Wakes the readers of a run.</summary>
    public void Ring(string runId)
    {
        if (_bells.TryRemove(runId, out TaskCompletionSource? bell))
            bell.TrySetResult();
    }

    /// <summary>All events after <paramref name="afterSequence"/>, in batches as they come; ends after the run's last event.</summary>
    public async IAsyncEnumerable<IReadOnlyList<RunEvent>> ReadAsync(
        string runId,
        long afterSequence,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        string file = folder.Run(runId).Events;
        RunEventTail tail = RunEventTail.Start;
        while (true)
        {
            // The bell is hung before the file is read: what is written in between rings it.
            Task bell = _bells.GetOrAdd(runId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            tail = tail.ReadOn(file);
            RunEvent[] news = [.. tail.Events.Where(e => e.Sequence > afterSequence)];
            if (news.Length > 0)
                yield return news;
            if (tail.Events is [.., RunFinished])
                yield break;
            try
            {
                await bell.WaitAsync(LongestSleep, cancel);
            }
            catch (TimeoutException) { }
        }
    }
}
