using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The last events of a run at work, which all its readers share: the record is read and parsed once for all of them. A reader
/// that falls behind by more reads the record itself.</summary>
internal sealed class RecentEvents
{
    /// <summary>How many are kept at least; at most twice as many.</summary>
    public const int Capacity = 256;

    private readonly Lock _lock = new();
    private readonly List<RunEvent> _events = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _events.Count;
        }
    }

    /// <summary>Adds events that follow those before. Where they do not, the earlier ones are dropped.</summary>
    public void Add(IReadOnlyList<RunEvent> events)
    {
        if (events.Count == 0)
            return;
        lock (_lock)
        {
            // Of many at once the first are left out, so that what came before does not join on either.
            if (events.Count > Capacity || (_events.Count > 0 && events[0].Sequence != _events[^1].Sequence + 1))
                _events.Clear();
            _events.AddRange(events.Skip(events.Count - Capacity));
            if (_events.Count > 2 * Capacity)
                _events.RemoveRange(0, _events.Count - Capacity);
        }
    }

    /// <summary>The events after a number; null where some of them are not here.</summary>
    public IReadOnlyList<RunEvent>? After(long sequence)
    {
        lock (_lock)
        {
            if (_events.Count == 0)
                return null;
            long index = sequence + 1 - _events[0].Sequence;
            return index < 0 || index > _events.Count ? null : _events.GetRange((int)index, _events.Count - (int)index);
        }
    }
}
