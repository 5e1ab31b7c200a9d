using System.Collections;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>Some rows of a table: as a list where they are few, else as bits. Both are small beside the keys that named them.</summary>
internal sealed class RowSet
{
    // A bit for each row takes less than 4 bytes for each that is in it.
    private const int BitsOfRow = 32;
    private readonly int[]? _sorted;
    private readonly BitArray? _bits;

    /// <param name="rows">The rows, in any order and perhaps several times.</param>
    /// <param name="tableRows">How many rows the table has.</param>
    public RowSet(IEnumerable<int> rows, int tableRows)
    {
        int[] distinct = [.. rows.Distinct().Order()];
        Count = distinct.Length;
        if (distinct.Length <= tableRows / BitsOfRow)
        {
            _sorted = distinct;
            return;
        }

        _bits = new BitArray(tableRows);
        foreach (int row in distinct)
            _bits[row] = true;
    }

    public static RowSet Empty { get; } = new([], 0);

    public int Count { get; }

    public bool Contains(int row) => _sorted is not null ? Array.BinarySearch(_sorted, row) >= 0 : row < _bits!.Length && _bits[row];

    public IEnumerable<int> Rows() => _sorted ?? Enumerable.Range(0, _bits!.Length).Where(row => _bits[row]);
}
