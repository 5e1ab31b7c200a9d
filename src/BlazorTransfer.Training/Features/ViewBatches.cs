using BlazorTransfer.Training.Inputs;

namespace BlazorTransfer.Training.Features;

/// <summary>
/// Some views of each training image, whose frozen part was computed once: the epochs take one after the other, and begin again with the
/// first. So
/// training sees as many variants as there are views, for as many passes through the frozen layers.
/// </summary>
/// <param name="views">One or more, of the same samples; disposed of with this.</param>
/// <param name="firstEpoch">The run's epoch that takes the first.</param>
internal sealed class ViewBatches(IReadOnlyList<FeatureBatches> views, int firstEpoch) : BatchSource(views[0].Samples), IDisposable
{
    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel) =>
        views[Math.Max(0, epoch - firstEpoch) % views.Count].Read(order, batchSize, epoch, cancel);

    public void Dispose()
    {
        foreach (FeatureBatches view in views)
            view.Dispose();
    }
}
