namespace BlazorTransfer.Web.Jobs;

/// <summary>
/// Chooses the next job of a lane: the owner whose last turn is longest ago comes first, and of each owner the oldest job, so that a
/// hundred jobs of one person delay another by one job at most. Not safe for several threads.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<(string Lane, string Owner), long> _lastTurns = [];
    private long _turn;

    /// <summary>Chooses among queued jobs of a lane and gives their owner this turn.</summary>
    public LiveJob Take(JobLane lane, IEnumerable<LiveJob> queued)
    {
        LiveJob next = queued
            .OrderBy(j => _lastTurns.GetValueOrDefault((lane.Name, j.Current.OwnerId)))
            .ThenBy(j => j.Current.CreatedAt)
            .ThenBy(j => j.Id, StringComparer.Ordinal)
            .First();
        _lastTurns[(lane.Name, next.Current.OwnerId)] = ++_turn;
        return next;
    }
}
