using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>
/// Working copies of data sets, for the signed-in user. A working copy is read when somebody first asks for it, shared by all who look at
/// it, and dropped when nobody has asked for a while. Ask for it again for each question instead of keeping it: it costs nothing, and looks
/// at the user's access each time.
/// </summary>
internal sealed class DatasetWorkspaces : IDisposable
{
    /// <summary>How long a working copy that nobody asks for stays in memory.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);

    private readonly DocumentCollection<Dataset> _datasets;
    private readonly ProjectAccess _access;
    private readonly DataFolder _folder;
    private readonly TimeProvider _clock;
    private readonly ILogger<DatasetWorkspaces> _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lazy<DatasetWorkspace>> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableList<Action>> _subscribers = new(StringComparer.Ordinal);
    private readonly ITimer _timer;

    public DatasetWorkspaces(
        DocumentCollection<Dataset> datasets,
        ProjectAccess access,
        DataFolder folder,
        TimeProvider clock,
        ILogger<DatasetWorkspaces> log
    )
    {
        (_datasets, _access, _folder, _clock, _log) = (datasets, access, folder, clock, log);
        _timer = clock.CreateTimer(_ => DropIdle(), null, IdleTime / 2, IdleTime / 2);
    }

    /// <summary>How many are in memory.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>The working copy as it is now. The first call for a data set reads its files.</summary>
    public WorkingCopy Open(ClaimsPrincipal user, string projectId, string datasetId) =>
        Workspace(Require(user, projectId, datasetId, ProjectRole.Viewer)).Current;

    /// <summary>Refuses whoever may not change the data set.</summary>
    public void RequireEditor(ClaimsPrincipal user, string projectId, string datasetId) =>
        Require(user, projectId, datasetId, ProjectRole.Editor);

    /// <summary>Makes a change. When this returns, it is on the disk and all viewers are notified.</summary>
    /// <param name="user">Whose change it is.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set.</param>
    /// <param name="change">The change, without number, user and time.</param>
    /// <returns>The change as it was written; its number is what an undo names.</returns>
    /// <exception cref="RefusedException">It makes no sense now; the message says what to do.</exception>
    public DatasetChange Change(ClaimsPrincipal user, string projectId, string datasetId, DatasetChange change) =>
        Apply(user, projectId, datasetId, _ => change);

    /// <summary>Makes a change of all samples that a filter finds at this moment.</summary>
    /// <param name="user">Whose change it is.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set.</param>
    /// <param name="filter">Conditions.</param>
    /// <param name="change">The change; its keys are filled in here.</param>
    public DatasetChange ChangeMatching(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        SampleFilter filter,
        SamplesChange change
    ) => Apply(user, projectId, datasetId, copy => change with { Keys = copy.Keys(filter) });

    /// <summary>Takes a change back.</summary>
    /// <param name="user">Whose undo it is.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="datasetId">The data set.</param>
    /// <param name="number">The change; null for the last one of this user.</param>
    /// <exception cref="RefusedException">There is nothing to undo.</exception>
    public DatasetChange Undo(ClaimsPrincipal user, string projectId, string datasetId, int? number = null) =>
        Apply(
            user,
            projectId,
            datasetId,
            copy => new ChangeTakenBack(
                number
                    ?? copy.NextUndo(UserClaims.IdOf(user))
                    ?? throw new RefusedException(Message.Of("change.nothing-to-undo", $"You have no change to undo."))
            )
        );

    /// <summary>Makes the change again that this user has undone last.</summary>
    /// <exception cref="RefusedException">There is nothing to redo.</exception>
    public DatasetChange Redo(ClaimsPrincipal user, string projectId, string datasetId) =>
        Apply(
            user,
            projectId,
            datasetId,
            copy => new ChangeTakenBack(
                copy.NextRedo(UserClaims.IdOf(user))
                    ?? throw new RefusedException(Message.Of("change.nothing-to-redo", $"You have no change to redo."))
            )
        );

    /// <summary>The changes of a sample since its import, the oldest first.</summary>
    /// <returns>Each with the version that it was made after.</returns>
    public IReadOnlyList<(int Version, ChangeEntry Entry)> History(ClaimsPrincipal user, string projectId, string datasetId, string key)
    {
        Dataset dataset = Require(user, projectId, datasetId, ProjectRole.Viewer);
        WorkingCopy current = Workspace(dataset).Current;
        // Earlier files are read on request: few people ask, and each asks for one image.
        IEnumerable<(int, ChangeEntry)> earlier = dataset
            .Versions.SkipLast(1)
            .SelectMany(v => Earlier(datasetId, v.Number, key).Select(entry => (v.Number, entry)));
        return [.. earlier, .. current.History(key).Select(entry => (dataset.Latest.Number, entry))];
    }

    /// <summary>Calls back after each change and each published version, on any thread; ask for the working copy then. A page that draws
    /// at each call should wait a little between them.</summary>
    /// <returns>Ends it.</returns>
    public IDisposable Subscribe(ClaimsPrincipal user, string projectId, string datasetId, Action changed)
    {
        Require(user, projectId, datasetId, ProjectRole.Viewer);
        _subscribers.AddOrUpdate(datasetId, [changed], (_, present) => present.Add(changed));
        return new Subscription(() => Unsubscribe(datasetId, changed));
    }

    /// <summary>The workspace of a data set, for those who have looked at the user's access.</summary>
    public DatasetWorkspace Workspace(Dataset dataset)
    {
        Lazy<DatasetWorkspace> lazy;
        lock (_gate)
        {
            if (
                _open.TryGetValue(dataset.Id, out lazy!)
                && lazy.IsValueCreated
                && (lazy.Value.IsClosed || lazy.Value.BaseVersion < dataset.Latest.Number)
            )
            {
                lazy.Value.Close();
                _open.Remove(dataset.Id);
                lazy = null!;
            }

            if (lazy is null)
                _open.Add(
                    dataset.Id,
                    lazy = new Lazy<DatasetWorkspace>(() => DatasetWorkspace.Open(_folder, dataset.Id, dataset.Latest.Number))
                );
        }

        try
        {
            lazy.Value.LastUsed = _clock.GetUtcNow();
            return lazy.Value;
        }
        catch
        {
            Forget(dataset.Id, lazy);
            throw;
        }
    }

    /// <summary>Drops the working copy of a data set that is gone or has a new version, and notifies its viewers.</summary>
    public void Drop(string datasetId)
    {
        Lazy<DatasetWorkspace>? lazy;
        lock (_gate)
            _open.Remove(datasetId, out lazy);
        if (lazy is { IsValueCreated: true })
            lazy.Value.Close();
        Notify(datasetId);
    }

    public void Dispose() => _timer.Dispose();

    private DatasetChange Apply(ClaimsPrincipal user, string projectId, string datasetId, Func<WorkingCopy, DatasetChange> make)
    {
        while (true)
        {
            Dataset dataset = Require(user, projectId, datasetId, ProjectRole.Editor);
            DatasetWorkspace workspace = Workspace(dataset);
            // None where the workspace was dropped since.
            DatasetChange? written = workspace.Change(copy =>
            {
                DatasetChange change = WithNames(make(copy));
                if (change is VersionRestored { Version: var version } && dataset.Version(version) is null)
                    throw new NotFoundException();
                if (copy.WhyNot(change) is { } reason)
                    throw new RefusedException(reason);
                return change with { UserId = UserClaims.IdOf(user), Time = _clock.GetUtcNow() };
            });
            if (written is not null)
            {
                Notify(datasetId);
                return written;
            }
        }
    }

    /// <summary>Names in the form that an import gives them, so that an exported version is the same when it is imported.</summary>
    private static DatasetChange WithNames(DatasetChange change) =>
        change switch
        {
            ClassAdded added => added with { Name = ImportName.Key(added.Name) },
            ClassRenamed renamed => renamed with { NewName = ImportName.Key(renamed.NewName) },
            SamplesTagged tagged => tagged with
            {
                Name = tagged.Name.Trim(),
                Value = tagged.Value is { } value ? ImportName.Key(value) : null,
            },
            _ => change,
        };

    private Dataset Require(ClaimsPrincipal user, string projectId, string datasetId, ProjectRole role)
    {
        _access.Require(user, projectId, role);
        return _datasets.Find(datasetId) is { } dataset && dataset.ProjectId == projectId ? dataset : throw new NotFoundException();
    }

    private IReadOnlyList<ChangeEntry> Earlier(string datasetId, int version, string key)
    {
        // The version itself is read only where one of its changes is about the sample.
        bool isConcerned = ChangeFile
            .Open(new VersionFiles(_folder, datasetId).Changes(version))
            .Changes.Any(change =>
                change switch
                {
                    SamplesChange some => some.Keys.Contains(key),
                    SamplesAdded added => added.Samples.Any(s => s.Key == key),
                    VersionRestored => true,
                    _ => false,
                }
            );
        return isConcerned ? DatasetWorkspace.Open(_folder, datasetId, version).Current.History(key) : [];
    }

    private void Forget(string datasetId, Lazy<DatasetWorkspace> lazy)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(datasetId, out Lazy<DatasetWorkspace>? present) && ReferenceEquals(present, lazy))
                _open.Remove(datasetId);
        }
    }

    private void DropIdle()
    {
        DateTimeOffset limit = _clock.GetUtcNow() - IdleTime;
        lock (_gate)
        {
            foreach ((string datasetId, Lazy<DatasetWorkspace> lazy) in _open.ToArray())
            {
                if (!lazy.IsValueCreated || lazy.Value.LastUsed > limit || _subscribers.ContainsKey(datasetId))
                    continue;
                lazy.Value.Close();
                _open.Remove(datasetId);
            }
        }
    }

    private void Notify(string datasetId)
    {
        foreach (Action changed in _subscribers.GetValueOrDefault(datasetId) ?? [])
        {
            try
            {
                changed();
            }
            catch (Exception e)
            {
                // One page that is at its end must not keep others from hearing of a change that is made.
                _log.LogWarning(e, "A viewer of data set {Dataset} could not be notified.", datasetId);
            }
        }
    }

    private void Unsubscribe(string datasetId, Action changed)
    {
        while (_subscribers.TryGetValue(datasetId, out ImmutableList<Action>? present))
        {
            ImmutableList<Action> rest = present.Remove(changed);
            if (
                rest.IsEmpty
                    ? _subscribers.TryRemove(KeyValuePair.Create(datasetId, present))
                    : _subscribers.TryUpdate(datasetId, rest, present)
            )
                return;
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
