using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components.Shared;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Metrics by epoch, from the first epoch that has one, as far as that one has them: a chart is drawn with its curves.</summary>
/// <param name="known">Their keys and what people call them.</param>
internal sealed class MetricCurves(params (string Key, string Name)[] known)
{
    private (string Key, string Name)[] _shown = [];

    public IReadOnlyList<string> Names => [.. _shown.Select(m => m.Name)];
    public List<ChartPoint> Points { get; } = [];

    public void Add(EpochCompleted e)
    {
        if (Points.Count == 0)
            _shown = [.. known.Where(m => e.Metrics.ContainsKey(m.Key))];
        if (_shown.Length == 0)
            return;
        Points.Add(
            new ChartPoint(e.Epoch, [.. _shown.Select(m => e.Metrics.TryGetValue(m.Key, out double value) ? value : (double?)null)])
        );
    }
}
