using BlazorTransfer.Core.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Images;

/// <summary>
/// The frozen part of the network, computed once: what the first trainable layer takes, for every sample, in memory. What
/// is frozen and sees the same image gives the same result each epoch.
/// </summary>
public sealed class FeatureBatches : BatchSource, IDisposable
{
    // In all; beyond it, what is frozen is computed each epoch.
    private const long BudgetBytes = 2L << 30;

    private readonly Tensor _features;
    private readonly Tensor _labels;
    private readonly int _entry;

    private FeatureBatches(IReadOnlyList<Sample> samples, Tensor features, Tensor labels, int entry)
        : base(samples) => (_features, _labels, _entry) = (features, labels, entry);

    /// <summary>Whether <paramref name="samples"/> images of a size can be kept at an entry point, by what one empty image takes there.</summary>
    public static bool Fit(TransferModel model, int entry, int side, int samples)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.Backbone.eval();
        return model.ForwardTo(entry, zeros(1, 3, side, side, device: model.Device)).numel() * sizeof(float) * samples <= BudgetBytes;
    }

    /// <param name="model">The model, whose groups before <paramref name="entry"/> are frozen.</param>
    /// <param name="images">The images.</param>
    /// <param name="entry">Where the kept features enter the network.</param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="progress">Called with the number of images done.</param>
    /// <param name="cancel">Stops the computation.</param>
    public static FeatureBatches Compute(
        TransferModel model, BatchSource images, int entry, int batchSize, Action<int> progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.Backbone.eval();
        Tensor? features = null;
        var labels = new List<Tensor>();
        int done = 0;
        foreach (Batch batch in images.ReadAll(batchSize, cancel))
        {
            using var step = NewDisposeScope();
            Tensor part = model.ForwardTo(entry, batch.Inputs);
            // One allocation of the final size: concatenating at the end would hold everything twice.
            features ??= empty([images.Samples.Count, .. part.shape[1..]], device: model.Device).MoveToOuterDisposeScope();
            features.narrow(0, done, part.shape[0]).copy_(part);
            labels.Add(batch.Labels.MoveToOuterDisposeScope());
            batch.Inputs.Dispose();
            progress(done += batch.Samples.Count);
            cancel.ThrowIfCancellationRequested();
        }

        return new FeatureBatches(images.Samples, features!.DetachFromDisposeScope(), cat(labels).DetachFromDisposeScope(), entry);
    }

    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
    {
        for (int begin = 0; begin < order.Count; begin += batchSize)
        {
            long[] indices = [.. order.Skip(begin).Take(batchSize).Select(i => (long)i)];
            using Tensor index = tensor(indices, device: _features.device);
            yield return new Batch(_features.index_select(0, index), _labels.index_select(0, index), _entry, [.. indices.Select(i => Samples[(int)i])]);
        }
    }

    public void Dispose()
    {
        _features.Dispose();
        _labels.Dispose();
    }
}
