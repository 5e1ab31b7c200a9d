using System.Collections.Immutable;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>
/// The working copy of a data set: a version and the changes since then, folded into a compact index. Immutable, so that any number of
/// viewers share one; a change gives another one. 100,000 samples take about 15 MB.
/// </summary>
public sealed partial class WorkingCopy
{
    private readonly SamplePools _pools;
    private readonly Func<int, VersionReader> _version;
    private readonly SampleTable _table;

    // Both as long as the table, but that it may have grown since.
    private readonly SampleState[] _baseRows;
    private readonly ImmutableArray<string?> _baseClasses;
    private readonly SampleState[] _rows;
    private readonly ImmutableArray<string?> _classes;
    private readonly ImmutableArray<ChangeStep> _steps;
    private readonly bool[] _inForce;

    private WorkingCopy(
        LabelKind kind,
        SamplePools pools,
        Func<int, VersionReader> version,
        SampleTable table,
        (SampleState[] Rows, ImmutableArray<string?> Classes) start,
        (SampleState[] Rows, ImmutableArray<string?> Classes) now,
        ImmutableArray<ChangeStep> steps
    )
    {
        (Kind, _pools, _version, _table) = (kind, pools, version, table);
        (_baseRows, _baseClasses) = start;
        (_rows, _classes) = now;
        _steps = steps;
        _inForce = ChangeStep.InForce(steps);
        _counts = new Lazy<SampleCounts>(Count);
        _summary = new Lazy<ChangeSummary>(Summarise);
    }

    /// <summary>How many classes an image has.</summary>
    public LabelKind Kind { get; }

    /// <summary>Names of the classes, in the order of a model's outputs.</summary>
    public IReadOnlyList<string> Classes => [.. _classes.OfType<string>()];

    /// <summary>The classes as a task.</summary>
    public LabelTask ClassTask => new(LabelTask.ClassName, Classes, Kind);

    /// <summary>Number of the last change; 0 where there is none.</summary>
    public int LastChange => _steps.Length;

    /// <summary>A working copy at its start.</summary>
    /// <param name="start">The version that it begins with; disposed here.</param>
    /// <param name="version">Reads a version that a change restores.</param>
    public static WorkingCopy Open(VersionReader start, Func<int, VersionReader> version)
    {
        using VersionReader files = start;
        var pools = new SamplePools();
        var reader = new StepReader(new SampleTable.Builder().Build(), pools, files.Manifest.Kind, version);
        ChangeStep whole = reader.Restore(new VersionRestored(0), files);
        var fold = new ChangeFold(reader.Kind, pools, new SampleState[reader.Table.Count], [], []);
        fold.Apply(whole);
        (SampleState[], ImmutableArray<string?>) begin = (fold.Rows, [.. fold.Classes]);
        return new WorkingCopy(reader.Kind, pools, version, reader.Table, begin, begin, []);
    }

    /// <summary>A working copy of a version that no file holds.</summary>
    public static WorkingCopy Open(DatasetManifest manifest) =>
        Open(new VersionReader(ManifestReader.Of(manifest)), number => throw new InvalidDataException($"There is no version {number}."));

    /// <summary>The working copy after one more change, whose number must follow the last one.</summary>
    public WorkingCopy With(DatasetChange change) => With([change]);

    /// <summary>The working copy after more changes, whose numbers must follow the last one.</summary>
    /// <exception cref="InvalidDataException">A number does not follow the one before.</exception>
    public WorkingCopy With(IEnumerable<DatasetChange> changes)
    {
        var reader = new StepReader(_table, _pools, Kind, _version);
        ImmutableArray<ChangeStep>.Builder steps = _steps.ToBuilder();
        bool takesBack = false;
        foreach (DatasetChange change in changes)
        {
            if (change.Number != steps.Count + 1)
                throw new InvalidDataException($"Change {change.Number} follows change {steps.Count}.");
            steps.Add(reader.Read(change));
            takesBack |= change is ChangeTakenBack;
        }

        (SampleState[] rows, IEnumerable<string?> classes) = takesBack ? (_baseRows, _baseClasses) : (_rows, _classes);
        var fold = new ChangeFold(Kind, _pools, Grown(rows, reader.Table.Count), [.. classes], _baseClasses);
        bool[] inForce = ChangeStep.InForce(steps);
        for (int i = takesBack ? 0 : _steps.Length; i < steps.Count; i++)
        {
            if (inForce[i])
                fold.Apply(steps[i]);
        }

        return new WorkingCopy(
            Kind,
            _pools,
            _version,
            reader.Table,
            (_baseRows, _baseClasses),
            (fold.Rows, [.. fold.Classes]),
            steps.ToImmutable()
        );
    }

    /// <summary>All changes, the oldest first.</summary>
    public IReadOnlyList<ChangeEntry> Changes() => [.. Enumerable.Range(0, _steps.Length).Select(Entry)];

    /// <summary>The changes of a sample, the oldest first; those of classes are not among them.</summary>
    public IReadOnlyList<ChangeEntry> History(string key) =>
        _table.Find(key) is >= 0 and int row
            ? [.. Enumerable.Range(0, _steps.Length).Where(i => _steps[i].Concerns(row)).Select(Entry)]
            : [];

    /// <summary>What a person's next undo takes back; null where there is nothing. A change that somebody else has undone is not
    /// offered.</summary>
    public int? NextUndo(string userId) => Stacks(userId).Undo is [.., var last] ? last : null;

    /// <summary>What a person's next redo takes back, which is an undo; null where there is nothing.</summary>
    public int? NextRedo(string userId) => Stacks(userId).Redo is [.., var last] ? last : null;

    /// <summary>The change that a chain of undo and redo is about in the end; null where there is no such change.</summary>
    public DatasetChange? Root(int number)
    {
        while (number >= 1 && number <= _steps.Length)
        {
            if (_steps[number - 1].Change is not ChangeTakenBack { Taken: var taken } || taken >= number)
                return _steps[number - 1].Change;
            number = taken;
        }

        return null;
    }

    /// <summary>Whether a change is in force, so that it can be taken back.</summary>
    public bool IsInForce(int number) => number >= 1 && number <= _inForce.Length && _inForce[number - 1];

    private (List<int> Undo, List<int> Redo) Stacks(string userId)
    {
        List<int> undo = [],
            redo = [];
        foreach (DatasetChange change in _steps.Select(s => s.Change).Where(c => c.UserId == userId))
        {
            if (change is not ChangeTakenBack { Taken: var taken })
            {
                undo.Add(change.Number);
                redo.Clear();
            }
            else if (undo.Remove(taken))
            {
                redo.Add(change.Number);
            }
            else if (redo.Remove(taken) && _steps[taken - 1].Change is ChangeTakenBack { Taken: var first })
            {
                undo.Add(first);
            }
        }

        return ([.. undo.Where(IsInForce)], [.. redo.Where(IsInForce)]);
    }

    private ChangeEntry Entry(int step) => new(_steps[step].Change, _steps[step].Images, !_inForce[step]);

    private static SampleState[] Grown(SampleState[] rows, int count)
    {
        var grown = new SampleState[count];
        rows.CopyTo(grown, 0);
        return grown;
    }
}
