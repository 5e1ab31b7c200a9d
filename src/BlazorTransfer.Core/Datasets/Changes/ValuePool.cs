namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>Gives equal values the same small number, so that a hundred thousand samples share few lists and dictionaries. It only grows,
/// and several threads may use it.</summary>
/// <param name="text">A text that is the same for equal values, and for those only.</param>
internal sealed class ValuePool<T>(Func<T, string> text)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    // Grown by replacing it, so that readers need no lock.
    private T[] _values = [];

    public T this[int number] => Volatile.Read(ref _values)[number];

    public int Count
    {
        get
        {
            lock (_gate)
                return _numbers.Count;
        }
    }

    public int NumberOf(T value)
    {
        string key = text(value);
        lock (_gate)
        {
            if (_numbers.TryGetValue(key, out int number))
                return number;
            number = _numbers.Count;
            if (number == _values.Length)
            {
                var grown = new T[Math.Max(16, 2 * number)];
                _values.CopyTo(grown, 0);
                grown[number] = value;
                Volatile.Write(ref _values, grown);
            }
            else
            {
                _values[number] = value;
            }

            _numbers.Add(key, number);
            return number;
        }
    }
}

/// <summary>The pools that the states of one working copy refer to.</summary>
internal sealed class SamplePools
{
    private const char Separator = '\u0001';

    /// <summary>Names of classes as a sample brings them, before they are numbers of classes.</summary>
    public ValuePool<string[]> Names { get; } = new(names => string.Join(Separator, names));

    /// <summary>Sets of classes by their numbers, in rising order.</summary>
    public ValuePool<int[]> ClassSets { get; } = new(set => string.Join(Separator, set));

    public ValuePool<IReadOnlyDictionary<string, string>> Tags { get; } =
        new(tags => string.Join(Separator, tags.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => new[] { t.Key, t.Value })));

    /// <summary>The state of a sample, whose label is a number of <see cref="Names"/> until classes are known.</summary>
    public SampleState Read(Sample sample, LabelKind kind, bool isExcluded = false) =>
        new(
            sample.LabelsOf(kind) is { } labels ? Names.NumberOf([.. labels]) : SampleState.Unlabelled,
            Tags.NumberOf(sample.Tags),
            sample.Split,
            isExcluded ? SampleMarks.Present | SampleMarks.Excluded : SampleMarks.Present
        );
}
