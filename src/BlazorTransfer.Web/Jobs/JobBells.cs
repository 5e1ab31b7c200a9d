using System.Collections.Concurrent;

namespace BlazorTransfer.Web.Jobs;

/// <summary>Wakes those who watch the jobs of a project, or those of the installation.</summary>
internal sealed class JobBells
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _bells = new(StringComparer.Ordinal);

    /// <summary>Ends at the next change. Asked for before a snapshot is read, it misses nothing.</summary>
    /// <param name="projectId">The project; empty for jobs of the installation.</param>
    public Task Next(string projectId) =>
        _bells.GetOrAdd(projectId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Ring(string projectId)
    {
        if (_bells.TryRemove(projectId, out TaskCompletionSource? bell))
            bell.TrySetResult();
    }
}
