using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Execution;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What the supervisor knows of a run at work: its worker, how far its events were read, and whether the file system has reported
/// more.</summary>
internal sealed class RunWatch : IDisposable
{
    private readonly FileSystemWatcher? _files;
    private int _hasNews;

    /// <param name="folder">The run.</param>
    /// <param name="worker">Null where nobody knows its process; it may live all the same.</param>
    /// <param name="clock">Measures its silence.</param>
    /// <param name="ring">Called, on any thread, when there may be news.</param>
    public RunWatch(RunFolder folder, WorkerAttempt? worker, TimeProvider clock, Action ring)
    {
        Worker = worker;
        Silence = new SilenceWatch(clock);
        _files = TryWatch(
            folder,
            () =>
            {
                if (Interlocked.Exchange(ref _hasNews, 1) == 0)
                    ring();
            }
        );
    }

    public WorkerAttempt? Worker { get; set; }
    public SilenceWatch Silence { get; }
    public RunEventTail Tail { get; set; } = RunEventTail.Start;

    /// <summary>Whether the file system has reported a change since the last call.</summary>
    public bool TakeNews() => Interlocked.Exchange(ref _hasNews, 0) == 1;

    public void Dispose() => _files?.Dispose();

    /// <summary>Null where the file system or the system's limits do not allow it, and network drives do not tell of others' changes:
    /// events are then found by looking.</summary>
    private static FileSystemWatcher? TryWatch(RunFolder folder, Action changed)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder.Path, Path.GetFileName(folder.Events))
            {
                NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite | NotifyFilters.FileName,
            };
            watcher.Changed += (_, _) => changed();
            watcher.Created += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
