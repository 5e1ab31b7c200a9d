namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>
/// Applies changes to the states of samples. Each change has a meaning for any state, so that taking back an earlier one cannot make a
/// later one fail: a label whose class is gone brings the class back, and a sample that is gone is skipped.
/// </summary>
/// <param name="kind">How many classes an image has.</param>
/// <param name="pools">Where states refer to.</param>
/// <param name="rows">States to change.</param>
/// <param name="classes">Names of classes by their numbers; null for one that is gone.</param>
/// <param name="baseClasses">The same of the version that the working copy began with.</param>
internal sealed class ChangeFold(
    LabelKind kind,
    SamplePools pools,
    SampleState[] rows,
    List<string?> classes,
    IReadOnlyList<string?> baseClasses
)
{
    public SampleState[] Rows => rows;

    public List<string?> Classes => classes;

    public void Apply(ChangeStep step)
    {
        switch (step.Change)
        {
            case SamplesLabelled label:
                Label(step.Rows, label);
                break;
            case SamplesMoved moved:
                Change(step.Rows, s => s with { Split = moved.Split });
                break;
            case SamplesTagged tagged:
                Change(step.Rows, OncePer(s => s.Tags, (s, tags) => s with { Tags = tags }, tags => Tagged(tags, tagged)));
                break;
            case SamplesExcluded { IsExcluded: var isExcluded }:
                SampleMarks marks = isExcluded ? SampleMarks.Present | SampleMarks.Excluded : SampleMarks.Present;
                Change(step.Rows, s => s with { Marks = marks });
                break;
            case SamplesRemoved:
                Change(step.Rows, _ => default);
                break;
            case SamplesAdded:
                Bring(step);
                break;
            case ClassAdded added:
                NumberOf(added.Name);
                break;
            case ClassRenamed renamed:
                Rename(renamed.Name, renamed.NewName);
                break;
            case ClassRemoved removed:
                Remove(removed.Name);
                break;
            case VersionRestored:
                Restore(step);
                break;
            case ChangeTakenBack:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Change, null);
        }
    }

    /// <summary>Puts samples in that bring their states.</summary>
    private void Bring(ChangeStep step)
    {
        var labels = new Dictionary<int, int>();
        (int[] brought, SampleState[] states) = step.States!.Value;
        for (int i = 0; i < brought.Length; i++)
        {
            int names = states[i].Label;
            if (names != SampleState.Unlabelled && !labels.ContainsKey(names))
                labels.Add(names, LabelOf(pools.Names[names]));
            rows[brought[i]] = states[i] with { Label = names == SampleState.Unlabelled ? names : labels[names] };
        }
    }

    private void Restore(ChangeStep step)
    {
        Array.Clear(rows);
        var restored = step.Classes.ToHashSet(StringComparer.Ordinal);
        // The classes of the first version have their numbers again, so that nothing has changed where that version is restored.
        for (int i = 0; i < classes.Count; i++)
        {
            string? name = i < baseClasses.Count ? baseClasses[i] : classes[i];
            classes[i] = name is not null && restored.Remove(name) ? name : null;
        }

        foreach (string name in step.Classes)
            NumberOf(name);
        Bring(step);
    }

    private void Label(RowSet images, SamplesLabelled change)
    {
        if (change.Labels is null)
        {
            Change(images, s => s with { Label = SampleState.Unlabelled });
            return;
        }

        if (change.Edit == LabelEdit.Replace || (change.Edit == LabelEdit.Add && kind == LabelKind.SingleLabel))
        {
            int label = LabelOf(change.Labels);
            Change(images, s => s with { Label = label });
            return;
        }

        int[] named =
        [
            .. change.Labels.Select(name => change.Edit == LabelEdit.Add ? NumberOf(name) : classes.IndexOf(name)).Where(n => n >= 0),
        ];
        Change(
            images,
            OncePer(
                s => s.Label,
                (s, label) => s with { Label = label },
                label => change.Edit == LabelEdit.Add ? With(label, named) : Without(label, named)
            )
        );
    }

    private void Rename(string name, string newName)
    {
        int old = classes.IndexOf(name);
        if (old < 0 || name == newName)
            return;
        int present = classes.IndexOf(newName);
        if (present < 0)
        {
            classes[old] = newName;
            return;
        }

        classes[old] = null;
        ChangeAll(
            OncePer(
                s => s.Label,
                (s, label) => s with { Label = label },
                label =>
                    !Has(label, old) ? label
                    : kind == LabelKind.SingleLabel ? present
                    : With(Without(label, [old]), [present])
            )
        );
    }

    private void Remove(string name)
    {
        int old = classes.IndexOf(name);
        if (old < 0)
            return;
        classes[old] = null;
        ChangeAll(OncePer(s => s.Label, (s, label) => s with { Label = label }, label => Without(label, [old])));
    }

    private int Tagged(int tags, SamplesTagged change)
    {
        var changed = new Dictionary<string, string>(pools.Tags[tags], StringComparer.Ordinal);
        if (change.Value is { } value)
            changed[change.Name] = value;
        else
            changed.Remove(change.Name);
        return pools.Tags.NumberOf(changed);
    }

    private bool Has(int label, int number) =>
        label != SampleState.Unlabelled
        && (kind == LabelKind.SingleLabel ? label == number : Array.IndexOf(pools.ClassSets[label], number) >= 0);

    /// <summary>Only multi-label images have more than one.</summary>
    private int With(int label, int[] added) =>
        pools.ClassSets.NumberOf([.. (label == SampleState.Unlabelled ? added : pools.ClassSets[label].Concat(added)).Distinct().Order()]);

    private int Without(int label, int[] removed) =>
        label == SampleState.Unlabelled ? label
        : kind == LabelKind.SingleLabel ? (removed.Contains(label) ? SampleState.Unlabelled : label)
        : pools.ClassSets.NumberOf([.. pools.ClassSets[label].Except(removed)]);

    private int LabelOf(IReadOnlyList<string> names) =>
        kind switch
        {
            LabelKind.SingleLabel => names.Count == 0 ? SampleState.Unlabelled : NumberOf(names[0]),
            LabelKind.MultiLabel => pools.ClassSets.NumberOf([.. names.Select(NumberOf).Distinct().Order()]),
            _ => throw new ArgumentOutOfRangeException(nameof(names), kind, null),
        };

    private int NumberOf(string name)
    {
        int number = classes.IndexOf(name);
        if (number >= 0)
            return number;
        classes.Add(name);
        return classes.Count - 1;
    }

    private void Change(RowSet images, Func<SampleState, SampleState> change)
    {
        foreach (int row in images.Rows())
        {
            if (rows[row].IsPresent)
                rows[row] = change(rows[row]);
        }
    }

    private void ChangeAll(Func<SampleState, SampleState> change)
    {
        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row].IsPresent)
                rows[row] = change(rows[row]);
        }
    }

    /// <summary>A change that depends on one number of a state alone, which is computed once for each.</summary>
    private static Func<SampleState, SampleState> OncePer(
        Func<SampleState, int> number,
        Func<SampleState, int, SampleState> with,
        Func<int, int> change
    )
    {
        var known = new Dictionary<int, int>();
        return state =>
        {
            int before = number(state);
            if (!known.TryGetValue(before, out int after))
                known.Add(before, after = change(before));
            return with(state, after);
        };
    }
}
