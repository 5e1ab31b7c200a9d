using System.Collections.Concurrent;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Notifies everything that serves a user for a while, such as a request, a stream or an open page, that the user's access has changed.
/// Each subscriber reads the stored access and decides for itself.
/// </summary>
internal sealed class Revocations(ILogger<Revocations> log)
{
    private readonly ILogger<Revocations> _log = log;
    private readonly ConcurrentDictionary<Watch, string> _watches = new();

    /// <summary>To be called once the change is stored.</summary>
    /// <param name="userId">Whose access changed.</param>
    /// <param name="projectId">The project in which it changed; null where all sign-ins of the account ended.</param>
    public void Publish(string userId, string? projectId = null)
    {
        foreach ((Watch watch, string watched) in _watches)
        {
            if (watched == userId)
                ThreadPool.QueueUserWorkItem(
                    static change => change.watch.Notify(change.projectId),
                    (watch, projectId),
                    preferLocal: false
                );
        }
    }

    /// <summary>Watches before the first look at what is stored, so that no change is missed.</summary>
    /// <param name="userId">Whose access to watch.</param>
    /// <param name="onChange">
    /// Gets the project, as <see cref="Publish"/> does, in the language of the caller. It never runs after the result is disposed.
    /// </param>
    public IDisposable Begin(string userId, Action<string?> onChange)
    {
        var watch = new Watch(this, onChange);
        _watches[watch] = userId;
        return watch;
    }

    private sealed class Watch(Revocations owner, Action<string?> onChange) : IDisposable
    {
        private readonly Lock _notifying = new();

        // The language of a page belongs to its context; a change is published in that of the person who made it.
        private readonly ExecutionContext _context = ExecutionContext.Capture()!;
        private bool _isDisposed;

        public void Notify(string? projectId)
        {
            lock (_notifying)
            {
                if (_isDisposed)
                    return;
                try
                {
                    ExecutionContext.Run(_context, _ => onChange(projectId), null);
                }
                catch (Exception e)
                {
                    owner._log.LogError(e, "A change of access could not be handled.");
                }
            }
        }

        public void Dispose()
        {
            owner._watches.TryRemove(this, out _);
            lock (_notifying)
                _isDisposed = true;
        }
    }
}
