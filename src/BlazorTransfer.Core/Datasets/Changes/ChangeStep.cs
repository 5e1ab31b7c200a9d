namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>A change whose samples are rows of a table, so that it can be applied again without its keys.</summary>
/// <param name="Change">The change, without its keys and samples.</param>
/// <param name="Rows">The samples that it names.</param>
/// <param name="States">States of samples that it brings, beside their rows; null for a change that brings none.</param>
internal sealed record ChangeStep(DatasetChange Change, RowSet Rows, (int[] Rows, SampleState[] States)? States = null)
{
    /// <summary>The classes of the version that it restores.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Whether it is about a sample.</summary>
    public bool Concerns(int row) => States is { } brought ? Array.IndexOf(brought.Rows, row) >= 0 : Rows.Contains(row);

    /// <summary>How many samples it names.</summary>
    public int Images => States?.Rows.Length ?? Rows.Count;

    /// <summary>Which changes are in force: those that no other one in force takes back.</summary>
    public static bool[] InForce(IReadOnlyList<ChangeStep> steps)
    {
        bool[] inForce = new bool[steps.Count];
        Array.Fill(inForce, true);
        // A change takes back earlier ones only, so that the last one is always in force.
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            if (inForce[i] && steps[i].Change is ChangeTakenBack { Taken: var taken } && taken >= 1 && taken <= i)
                inForce[taken - 1] = false;
        }

        return inForce;
    }
}

/// <summary>Turns changes into steps, and gives samples that they bring rows in a table.</summary>
/// <param name="table">The table so far.</param>
/// <param name="pools">Where states refer to.</param>
/// <param name="kind">How many classes an image has.</param>
/// <param name="version">Reads a version that a change restores.</param>
internal sealed class StepReader(SampleTable table, SamplePools pools, LabelKind kind, Func<int, VersionReader> version)
{
    public SampleTable Table { get; private set; } = table;

    public LabelKind Kind => kind;

    public ChangeStep Read(DatasetChange change) =>
        change switch
        {
            SamplesChange some => new ChangeStep(some with { Keys = [] }, RowsOf(some.Keys)),
            SamplesAdded added => new ChangeStep(added with { Samples = [] }, RowSet.Empty, Take(added.Samples.DistinctBy(s => s.Key))),
            VersionRestored restored => Restore(restored, version(restored.Version)),
            ClassAdded or ClassRenamed or ClassRemoved or ChangeTakenBack => new ChangeStep(change, RowSet.Empty),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change, null),
        };

    /// <param name="restored">The change.</param>
    /// <param name="files">The version; disposed here.</param>
    public ChangeStep Restore(VersionRestored restored, VersionReader files)
    {
        using (files)
        {
            (int[] rows, SampleState[] states) = Take(files.Manifest.Samples());
            (int[] left, SampleState[] leftStates) = files.Excluded is null ? ([], []) : Take(files.Excluded.Samples(), areExcluded: true);
            // What is in the version counts, where a sample is in both by a fault.
            return new ChangeStep(restored, RowSet.Empty, ([.. left, .. rows], [.. leftStates, .. states]))
            {
                Classes = files.Manifest.Classes,
            };
        }
    }

    /// <summary>Takes samples into the table.</summary>
    private (int[] Rows, SampleState[] States) Take(IEnumerable<Sample> samples, bool areExcluded = false)
    {
        var builder = new SampleTable.Builder(Table);
        var rows = new List<int>();
        var states = new List<SampleState>();
        foreach (Sample sample in samples)
        {
            rows.Add(builder.Add(sample));
            states.Add(pools.Read(sample, kind, areExcluded));
        }

        Table = builder.Build();
        return ([.. rows], [.. states]);
    }

    private RowSet RowsOf(IReadOnlyList<string> keys) => new(keys.Select(Table.Find).Where(row => row >= 0), Table.Count);
}
