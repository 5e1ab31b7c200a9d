using System.Collections.Immutable;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>Questions to a working copy. Each looks at all samples once, which takes some milliseconds for 100,000.</summary>
public sealed partial class WorkingCopy
{
    private readonly Lazy<SampleCounts> _counts;
    private readonly Lazy<ChangeSummary> _summary;

    /// <summary>How many images it has.</summary>
    public SampleCounts Counts => _counts.Value;

    /// <summary>How much of it differs from its version.</summary>
    public ChangeSummary Summary => _summary.Value;

    /// <summary>A page of the samples that a filter finds.</summary>
    /// <param name="filter">Conditions.</param>
    /// <param name="order">The order.</param>
    /// <param name="offset">How many to skip.</param>
    /// <param name="count">The most of the page.</param>
    public SamplePage Query(SampleFilter filter, SampleOrder order, int offset, int count)
    {
        List<int> found = Find(filter, order);
        return new SamplePage(found.Count, [.. found.Skip(offset).Take(count).Select(EntryOf)]);
    }

    /// <summary>Keys of all samples that a filter finds, in the order of the data set.</summary>
    public IReadOnlyList<string> Keys(SampleFilter filter) => [.. Find(filter, SampleOrder.Imported).Select(_table.KeyOf)];

    /// <summary>The place of a sample among those that a filter finds; null where it is not one of them.</summary>
    public int? PlaceOf(string key, SampleFilter filter, SampleOrder order) =>
        _table.Find(key) is >= 0 and int row && Find(filter, order).IndexOf(row) is >= 0 and int place ? place : null;

    /// <summary>A sample by its key; null where there is none, or none any more.</summary>
    public SampleEntry? Find(string key) => _table.Find(key) is >= 0 and int row && _rows[row].IsPresent ? EntryOf(row) : null;

    /// <summary>A sample by its key, whether it is still there or not; for the hash of an image any of its samples, which all have the same
    /// file. Null where the working copy never had one.</summary>
    public Sample? FindImage(string key)
    {
        int row = _table.Find(key);
        if (row < 0 && !key.Contains('@', StringComparison.Ordinal))
            row = _table.FindImage(key);
        return row >= 0 ? SampleOf(row) : null;
    }

    /// <summary>The samples of the next version, or those that it leaves out, in the order of the data set.</summary>
    public IEnumerable<Sample> Samples(bool areExcluded = false)
    {
        for (int row = 0; row < _rows.Length; row++)
        {
            if (_rows[row].IsPresent && _rows[row].IsExcluded == areExcluded)
                yield return SampleOf(row);
        }
    }

    private List<int> Find(SampleFilter filter, SampleOrder order)
    {
        Predicate<int> matches = Compile(filter);
        var found = new List<int>();
        if (order is SampleOrder.Name or SampleOrder.NameDescending)
        {
            int[] byName = _table.ByName;
            for (int i = 0; i < byName.Length; i++)
            {
                int row = byName[order == SampleOrder.Name ? i : byName.Length - 1 - i];
                if (matches(row))
                    found.Add(row);
            }

            return found;
        }

        for (int row = 0; row < _rows.Length; row++)
        {
            if (matches(row))
                found.Add(row);
        }

        return order switch
        {
            SampleOrder.Imported => found,
            SampleOrder.Class => [.. found.OrderBy(row => FirstClass(_rows[row].Label))],
            SampleOrder.Split => [.. found.OrderBy(row => _rows[row].Split)],
            SampleOrder.LastChanged => LastChanged() is var last ? [.. found.OrderByDescending(row => last[row])] : found,
            _ => throw new ArgumentOutOfRangeException(nameof(order), order, null),
        };
    }

    private Predicate<int> Compile(SampleFilter filter)
    {
        var tests = new List<Predicate<int>>();
        if (filter.Split is { } split)
            tests.Add(row => _rows[row].Split == split);
        if (filter.IsExcluded is { } isExcluded)
            tests.Add(row => _rows[row].IsExcluded == isExcluded);
        if (filter.IsUnlabelled is { } isUnlabelled)
            tests.Add(row => _rows[row].Label == SampleState.Unlabelled == isUnlabelled);
        if (filter.Class is { } name)
        {
            int number = _classes.IndexOf(name);
            Func<int, bool> has = Once(label => ClassesOf(label).Contains(number));
            tests.Add(row => number >= 0 && has(_rows[row].Label));
        }

        if (filter.Tag is { } tag)
        {
            Func<int, bool> has = Once(tags => _pools.Tags[tags].TryGetValue(tag.Name, out string? value) && value == tag.Value);
            tests.Add(row => has(_rows[row].Tags));
        }

        if (filter.IsChanged is { } isChanged)
            tests.Add(row => IsChanged(row) == isChanged);
        if (filter.Keys is { } keys)
        {
            var rows = new RowSet(keys.Select(_table.Find).Where(row => row >= 0), _table.Count);
            tests.Add(rows.Contains);
        }

        // The slowest comes last.
        if (filter.NameContains is { Length: > 0 } text)
            tests.Add(row => _table.NameContains(row, text));
        return row => _rows[row].IsPresent && tests.TrueForAll(test => test(row));
    }

    /// <summary>The answer to a question about a number of a state, found once for each number.</summary>
    private static Func<int, bool> Once(Func<int, bool> ask)
    {
        var known = new Dictionary<int, bool>();
        return number =>
        {
            if (!known.TryGetValue(number, out bool answer))
                known.Add(number, answer = ask(number));
            return answer;
        };
    }

    private ReadOnlySpan<int> ClassesOf(int label) =>
        label == SampleState.Unlabelled ? []
        : Kind == LabelKind.SingleLabel ? new[] { label }
        : _pools.ClassSets[label];

    private int FirstClass(int label) => ClassesOf(label) is [var first, ..] ? first : SampleState.Unlabelled;

    private int[] LastChanged()
    {
        int[] last = new int[_rows.Length];
        for (int i = 0; i < _steps.Length; i++)
        {
            if (!_inForce[i])
                continue;
            foreach (int row in _steps[i].States is { } brought ? brought.Rows : _steps[i].Rows.Rows())
                last[row] = i + 1;
        }

        return last;
    }

    private SampleState BaseOf(int row) => row < _baseRows.Length ? _baseRows[row] : default;

    private bool IsChanged(int row) => _rows[row] != BaseOf(row);

    private SampleEntry EntryOf(int row) => new(SampleOf(row), _rows[row].IsExcluded, IsChanged(row));

    private Sample SampleOf(int row) => SampleOf(row, _rows[row], _classes);

    private Sample SampleOf(int row, SampleState state, ImmutableArray<string?> classes)
    {
        Sample sample = _table.SampleOf(row, state.Split);
        if (!state.IsPresent)
            return sample;
        sample = sample with { Tags = _pools.Tags[state.Tags] };
        if (state.Label == SampleState.Unlabelled)
            return sample;
        string[] names = [.. ClassesOf(state.Label).ToArray().Select(number => classes[number]).OfType<string>()];
        return Kind == LabelKind.SingleLabel ? sample with { Label = names[0] } : sample with { Labels = names };
    }

    private SampleCounts Count()
    {
        int splits = Enum.GetValues<Split>().Length;
        int[,] classes = new int[_classes.Length, splits];
        int[] bySplit = new int[splits];
        var tags = new Dictionary<int, int>();
        int unlabelled = 0,
            excluded = 0;
        foreach (SampleState state in _rows)
        {
            excluded += state.IsExcluded ? 1 : 0;
            if (!state.IsIncluded)
                continue;
            bySplit[(int)state.Split]++;
            tags[state.Tags] = tags.GetValueOrDefault(state.Tags) + 1;
            unlabelled += state.Label == SampleState.Unlabelled ? 1 : 0;
            foreach (int number in ClassesOf(state.Label))
                classes[number, (int)state.Split]++;
        }

        return new SampleCounts(
            [
                .. Enumerable
                    .Range(0, _classes.Length)
                    .Where(number => _classes[number] is not null)
                    .Select(number => new ClassCount(
                        _classes[number]!,
                        classes[number, (int)Split.Train],
                        classes[number, (int)Split.Validation],
                        classes[number, (int)Split.Test]
                    )),
            ],
            unlabelled,
            new SplitCount(bySplit[(int)Split.Train], bySplit[(int)Split.Validation], bySplit[(int)Split.Test]),
            excluded,
            [
                .. tags.SelectMany(set => _pools.Tags[set.Key].Select(tag => (Tag: new SampleTag(tag.Key, tag.Value), Images: set.Value)))
                    .GroupBy(t => t.Tag)
                    .Select(g => new TagValueCount(g.Key, g.Sum(t => t.Images)))
                    .OrderBy(t => t.Tag.Name, StringComparer.Ordinal)
                    .ThenBy(t => t.Tag.Value, StringComparer.Ordinal),
            ]
        );
    }

    private ChangeSummary Summarise()
    {
        int relabelled = 0,
            moved = 0,
            tagged = 0,
            excluded = 0,
            included = 0,
            added = 0,
            removed = 0;
        for (int row = 0; row < _rows.Length; row++)
        {
            (SampleState before, SampleState now) = (BaseOf(row), _rows[row]);
            if (before == now)
                continue;
            if (!before.IsPresent || !now.IsPresent)
            {
                added += before.IsPresent ? 0 : 1;
                removed += now.IsPresent ? 0 : 1;
                continue;
            }

            relabelled += before.Label != now.Label ? 1 : 0;
            moved += before.Split != now.Split ? 1 : 0;
            tagged += before.Tags != now.Tags ? 1 : 0;
            excluded += !before.IsExcluded && now.IsExcluded ? 1 : 0;
            included += before.IsExcluded && !now.IsExcluded ? 1 : 0;
        }

        int classes = Enumerable
            .Range(0, _classes.Length)
            .Count(number => _classes[number] != (number < _baseClasses.Length ? _baseClasses[number] : null));
        return new ChangeSummary(relabelled, moved, tagged, excluded, included, added, removed, classes);
    }
}
