using System.Collections.Concurrent;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Runs at work whose workers give no sign of life, for pages and the API. It is no event of the run: nothing has happened to
/// it.</summary>
internal sealed class SilentWorkers
{
    private readonly ConcurrentDictionary<string, TimeSpan> _silences = new();

    /// <summary>For how long the worker of a run has been silent; null where it is not.</summary>
    public TimeSpan? Of(string runId) => _silences.TryGetValue(runId, out TimeSpan silence) ? silence : null;

    /// <summary>Notes the silence of a run's worker, or its end.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Set(string runId, TimeSpan? silence)
    {
        if (silence is not { } lasting)
            return _silences.TryRemove(runId, out _);
        bool isNew = Of(runId) != lasting;
        _silences[runId] = lasting;
        return isNew;
    }
}
