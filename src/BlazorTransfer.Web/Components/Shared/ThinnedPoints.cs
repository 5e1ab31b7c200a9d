using System.Collections;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>
/// Points of curves that never become more than a chart can show. When there are too many, each two neighbours become their mean, and so
/// do those that come later: a curve of a million steps takes as much memory as one of a thousand.
/// </summary>
internal sealed class ThinnedPoints : IReadOnlyList<ChartPoint>
{
    /// <summary>More than a chart has pixels.</summary>
    public const int Most = 2048;

    private readonly List<ChartPoint> _points = [];
    private readonly List<ChartPoint> _pending = [];

    /// <summary>How many points that were added make one that is kept.</summary>
    public int Stride { get; private set; } = 1;

    /// <summary>Points that are kept; those of an incomplete stride follow with it.</summary>
    public int Count => _points.Count;

    public ChartPoint this[int index] => _points[index];

    public void Add(ChartPoint point)
    {
        _pending.Add(point);
        if (_pending.Count < Stride)
            return;
        _points.Add(Mean(_pending));
        _pending.Clear();
        if (_points.Count < Most)
            return;
        ChartPoint[] halved = [.. _points.Chunk(2).Select(Mean)];
        _points.Clear();
        _points.AddRange(halved);
        Stride *= 2;
    }

    public IEnumerator<ChartPoint> GetEnumerator() => _points.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The mean of each curve, at the place of the last point.</summary>
    private static ChartPoint Mean(IReadOnlyList<ChartPoint> points) =>
        points.Count == 1
            ? points[0]
            : new ChartPoint(
                points[^1].X,
                [.. Enumerable.Range(0, points.Max(p => p.Y.Length)).Select(i => points.Average(p => i < p.Y.Length ? p.Y[i] : null))]
            );
}
