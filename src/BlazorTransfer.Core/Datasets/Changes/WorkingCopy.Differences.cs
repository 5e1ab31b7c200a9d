namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>In what a sample of the working copy differs from the version that it began with.</summary>
public enum DifferenceKind
{
    Any,
    Added,
    Removed,
    Relabelled,
    Moved,
    Tagged,
}

/// <summary>A sample before and after.</summary>
/// <param name="Before">Null for one that was added.</param>
/// <param name="After">Null for one that was removed or excluded.</param>
public sealed record SampleDifference(Sample? Before, Sample? After);

/// <summary>Some of the differences of a kind.</summary>
/// <param name="Total">How many there are.</param>
/// <param name="Differences">The page.</param>
public sealed record DifferencePage(int Total, IReadOnlyList<SampleDifference> Differences);

/// <summary>
/// Differences to the version that the working copy began with, as they will be between versions: an excluded sample is none of a version.
/// Two versions are compared by a working copy of one that went back to the other.
/// </summary>
public sealed partial class WorkingCopy
{
    /// <summary>How many samples differ in each way.</summary>
    public IReadOnlyDictionary<DifferenceKind, int> DifferenceCounts()
    {
        var counts = Enum.GetValues<DifferenceKind>().ToDictionary(kind => kind, _ => 0);
        for (int row = 0; row < _rows.Length; row++)
        {
            foreach (DifferenceKind kind in counts.Keys)
                counts[kind] += Differs(row, kind) ? 1 : 0;
        }

        return counts;
    }

    /// <summary>A page of the differences of a kind, in the order of the data set.</summary>
    public DifferencePage Differences(DifferenceKind kind, int offset, int count)
    {
        int[] found = [.. Enumerable.Range(0, _rows.Length).Where(row => Differs(row, kind))];
        return new DifferencePage(
            found.Length,
            [
                .. found
                    .Skip(offset)
                    .Take(count)
                    .Select(row => new SampleDifference(
                        BaseOf(row).IsIncluded ? SampleOf(row, BaseOf(row), _baseClasses) : null,
                        _rows[row].IsIncluded ? SampleOf(row) : null
                    )),
            ]
        );
    }

    private bool Differs(int row, DifferenceKind kind)
    {
        (SampleState before, SampleState after) = (BaseOf(row), _rows[row]);
        if (before == after)
            return false;
        bool inBoth = before.IsIncluded && after.IsIncluded;
        return kind switch
        {
            DifferenceKind.Any => before.IsIncluded || after.IsIncluded,
            DifferenceKind.Added => !before.IsIncluded && after.IsIncluded,
            DifferenceKind.Removed => before.IsIncluded && !after.IsIncluded,
            DifferenceKind.Relabelled => inBoth && before.Label != after.Label,
            DifferenceKind.Moved => inBoth && before.Split != after.Split,
            DifferenceKind.Tagged => inBoth && before.Tags != after.Tags,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }
}
