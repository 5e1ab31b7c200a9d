using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Features;

/// <summary>
/// The frozen part of the network, computed once: what the first trainable layer takes, for every sample. What is frozen and sees the same
/// image gives the same result each epoch, and in each run that has it in its <see cref="FeatureCache"/>. Rows are held in memory, or,
/// where
/// they are too many, read from the cache batch by batch.
/// </summary>
internal sealed class FeatureBatches : BatchSource, IDisposable
{
    // Images are always computed so many at once, if need be with empty ones: libtorch may choose another algorithm, with other last bits,
    // for
    // another number, and what an image's features are must not depend on which others were missing.
    private const int ComputedAtOnce = 16;

    /// <summary>Features held in memory by a run, in all.</summary>
    public const long MemoryBytes = 2L << 30;

    private readonly IFeatureRows _rows;
    private readonly Tensor _labels;
    private readonly int _entry;

    private FeatureBatches(IReadOnlyList<Sample> samples, IFeatureRows rows, Tensor labels, int entry)
        : base(samples) => (_rows, _labels, _entry) = (rows, labels, entry);

    /// <summary>Images whose features were in the cache.</summary>
    public int Known { get; private init; }

    /// <summary>Shape of one image's features at an entry point, measured on an empty image.</summary>
    public static long[] ShapeAt(TransferModel model, int entry, int side)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.Backbone.eval();
        return model.ForwardTo(entry, zeros(1, 3, side, side, device: model.Device)).shape[1..];
    }

    /// <summary>Whether the features of so many images can be held in memory.</summary>
    public static bool Fit(TransferModel model, int entry, int side, int images) =>
        ShapeAt(model, entry, side).Aggregate(1L, (a, b) => a * b) * sizeof(float) * images <= MemoryBytes;

    /// <param name="trunk">What computes them.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cache">What earlier runs left, and where this one leaves its own; null for none.</param>
    /// <param name="inMemory">Whether all rows are held in memory; needs a cache otherwise.</param>
    /// <param name="progress">Called with the number of images done.</param>
    /// <param name="cancel">Stops the computation.</param>
    public static FeatureBatches Compute(
        FrozenTrunk trunk,
        Pictures pictures,
        FeatureCache? cache,
        bool inMemory,
        Action<int> progress,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        (TransferModel model, int entry) = (trunk.Model, trunk.Entry);
        IReadOnlyList<Sample> samples = pictures.Images.Samples;
        long[] shape = ShapeAt(model, entry, pictures.Side);
        string[] names = [.. Enumerable.Range(0, samples.Count).Select(pictures.NameOf)];
        using var shelf = new FeatureShelf(cache);
        int[] missing = [.. Enumerable.Range(0, samples.Count).Where(i => !shelf.Has(names[i]))];
        int known = samples.Count - missing.Length;
        // One allocation of the final size: concatenating at the end would hold everything twice.
        Tensor? held = inMemory ? empty([samples.Count, .. shape], device: model.Device) : null;
        progress(known);
        if (missing.Length > 0)
        {
            using var writer = new FeatureWriter(cache, missing.Length, isNeeded: held is null);
            Compute(
                trunk,
                pictures,
                missing,
                (indices, part) =>
                {
                    for (int i = 0; held is not null && i < indices.Length; i++)
                        held[indices[i]].copy_(part[i]);
                    writer.Add([.. indices.Select(i => names[i])], part);
                },
                writer.Complete,
                done => progress(known + done),
                cancel
            );
            cache?.Evict();
        }

        long length = shape.Aggregate(1L, (a, b) => a * b);
        Tensor labels = model.ClassTask.TargetsOf(samples, model.Device).DetachFromDisposeScope();
        if (held is not null)
        {
            shelf.Fill(held, names, missing, (int)length);
            return new FeatureBatches(samples, new HeldRows(held.DetachFromDisposeScope()), labels, entry) { Known = known };
        }

        shelf.Reload();
        return new FeatureBatches(samples, new FiledRows(shelf.Take(), names, shape, model.Device), labels, entry) { Known = known };
    }

    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
    {
        foreach (int[] indices in order.Chunk(batchSize))
        {
            using Tensor index = tensor([.. indices.Select(i => (long)i)], device: _labels.device);
            yield return new Batch(
                _rows.Gather(indices, index),
                _labels.index_select(0, index),
                _entry,
                [.. indices.Select(i => Samples[i])]
            );
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _labels.Dispose();
    }

    /// <summary>Computes what is missing, and hands on each batch with the numbers of its samples.</summary>
    private static void Compute(
        FrozenTrunk trunk,
        Pictures pictures,
        int[] missing,
        Action<int[], Tensor> keep,
        Action complete,
        Action<int> progress,
        CancellationToken cancel
    )
    {
        try
        {
            int done = 0;
            foreach (Batch batch in pictures.Images.Read(missing, ComputedAtOnce, pictures.Epoch, cancel))
            {
                using var step = NewDisposeScope();
                using Tensor inputs = batch.Inputs,
                    labels = batch.Labels;
                int count = batch.Samples.Count;
                Tensor full =
                    count == ComputedAtOnce
                        ? inputs
                        : cat([inputs, zeros([ComputedAtOnce - count, .. inputs.shape[1..]], device: inputs.device)]);
                keep(missing[done..(done + count)], trunk.Forward(full).narrow(0, 0, count));
                progress(done += count);
                cancel.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // Of a run that is cancelled, or that meets a damaged image, what was computed stays too.
            complete();
        }
    }
}
