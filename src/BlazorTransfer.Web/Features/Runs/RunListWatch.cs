namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Lets a page read a project's runs again when they have changed, in the language of the page; at most twice a second.</summary>
internal sealed class RunListWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly RunChanges _changes;
    private readonly string _projectId;
    private readonly Func<Task> _refresh;
    private readonly Func<Exception, Task> _failed;

    // The language belongs to the calling context, and changes are raised in that of the supervisor.
    private readonly ExecutionContext _context = ExecutionContext.Capture()!;
    private int _refreshing;
    private bool _closed;

    /// <param name="changes">Publishes the changes.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="refresh">Reads and draws, on the page's own thread.</param>
    /// <param name="failed">Takes what goes wrong with that, such as a project that was deleted in another tab.</param>
    public RunListWatch(RunChanges changes, string projectId, Func<Task> refresh, Func<Exception, Task> failed)
    {
        (_changes, _projectId, _refresh, _failed) = (changes, projectId, refresh, failed);
        _changes.Changed += OnChanged;
    }

    public void Dispose()
    {
        _closed = true;
        _changes.Changed -= OnChanged;
    }

    // Raised on the supervisor's thread, for every project.
    private void OnChanged(string projectId)
    {
        if (projectId == _projectId && Interlocked.Exchange(ref _refreshing, 1) == 0)
            ExecutionContext.Run(_context, _ => _ = RefreshAsync(), null);
    }

    private async Task RefreshAsync()
    {
        await Task.Delay(Pause);
        Interlocked.Exchange(ref _refreshing, 0);
        if (_closed)
            return;
        try
        {
            await _refresh();
        }
        catch (Exception e)
        {
            await _failed(e);
        }
    }
}
