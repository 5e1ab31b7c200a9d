using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>The working copy of a data set in memory, with its file of changes. All that changes it goes through its gate.</summary>
internal sealed class DatasetWorkspace
{
    private readonly Lock _gate = new();
    private readonly ChangeFile _file;
    private volatile WorkingCopy _current;
    private volatile bool _isClosed;

    private DatasetWorkspace(int baseVersion, ChangeFile file, WorkingCopy current) =>
        (BaseVersion, _file, _current) = (baseVersion, file, current);

    /// <summary>The version that the working copy began with.</summary>
    public int BaseVersion { get; }

    public WorkingCopy Current => _current;

    /// <summary>Another one must be opened.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>When somebody asked for it last.</summary>
    public DateTimeOffset LastUsed { get; set; }

    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static DatasetWorkspace Open(DataFolder folder, string datasetId, int version)
    {
        VersionFiles files = new(folder, datasetId);
        (ChangeFile file, IReadOnlyList<DatasetChange> changes) = ChangeFile.Open(files.Changes(version));
        return new DatasetWorkspace(version, file, WorkingCopy.Open(files.Read(version), files.Read).With(changes));
    }

    /// <summary>Makes a change of the current state and appends it.</summary>
    /// <param name="make">Gets the current state; gives the change, without its number, or throws why there is none.</param>
    /// <returns>The change as it was written; null where the workspace is closed, so that another one must be opened.</returns>
    public DatasetChange? Change(Func<WorkingCopy, DatasetChange> make)
    {
        lock (_gate)
        {
            if (_isClosed)
                return null;
            DatasetChange change = make(_current) with { Number = _current.LastChange + 1 };
            // Folded before it is written: a change that cannot be folded must not be in the file.
            WorkingCopy after = _current.With(change);
            _file.Append(change);
            _current = after;
            return change;
        }
    }

    /// <summary>Closes the workspace, and does something first that no change may come between.</summary>
    /// <param name="expected">The state that it is done for; null for any.</param>
    /// <param name="act">What is done; null for nothing.</param>
    /// <returns>False where the state is another one, so that nothing was done.</returns>
    public bool Close(WorkingCopy? expected = null, Action? act = null)
    {
        lock (_gate)
        {
            if (_isClosed || (expected is not null && !ReferenceEquals(expected, _current)))
                return false;
            act?.Invoke();
            return _isClosed = true;
        }
    }
}
