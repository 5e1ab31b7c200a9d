using BlazorTransfer.Core.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Images;

/// <summary>
/// The frozen part of the network, computed once: what the first trainable layer takes, for every sample. What is frozen and sees the same
/// image gives the same result each epoch, and in each run that has it in its <see cref="FeatureCache"/>. Rows are held in memory, or, where
/// they are too many, read from the cache batch by batch.
/// </summary>
internal sealed class FeatureBatches : BatchSource, IDisposable
{
    // Images are always computed so many at once, if need be with empty ones: libtorch may choose another algorithm, with other last bits, for
    // another number, and what an image's features are must not depend on which others were missing.
    private const int ComputedAtOnce = 16;

    /// <summary>Features held in memory by a run, in all.</summary>
    public const long MemoryBytes = 2L << 30;

    private readonly IRows _rows;
    private readonly Tensor _labels;
    private readonly int _entry;

    private FeatureBatches(IReadOnlyList<Sample> samples, IRows rows, Tensor labels, int entry)
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
    /// <param name="images">The images.</param>
    /// <param name="cache">What earlier runs left, and where this one leaves its own; null for none.</param>
    /// <param name="inMemory">Whether all rows are held in memory; needs a cache otherwise.</param>
    /// <param name="progress">Called with the number of images done.</param>
    /// <param name="cancel">Stops the computation.</param>
    public static FeatureBatches Compute(
        FrozenTrunk trunk, ImageBatches images, FeatureCache? cache, bool inMemory, Action<int> progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        (TransferModel model, int entry) = (trunk.Model, trunk.Entry);
        long[] shape = ShapeAt(model, entry, images.Side);
        using var shelf = new Shelf(cache);
        int[] missing = [.. Enumerable.Range(0, images.Samples.Count).Where(i => shelf.Place(images.Samples[i]) is null)];
        int known = images.Samples.Count - missing.Length;
        // One allocation of the final size: concatenating at the end would hold everything twice.
        Tensor? held = inMemory ? empty([images.Samples.Count, .. shape], device: model.Device) : null;
        progress(known);
        if (missing.Length > 0) Compute(trunk, images, missing, held, cache, done => progress(known + done), cancel);
        long length = shape.Aggregate(1L, (a, b) => a * b);
        Tensor labels = tensor([.. images.Samples.Select(s => s.Label is null ? NoLabel : IndexOf(model.Classes, s.Label))], device: model.Device).DetachFromDisposeScope();
        if (held is not null)
        {
            shelf.Fill(held, images.Samples, missing, (int)length);
            return new FeatureBatches(images.Samples, new HeldRows(held.DetachFromDisposeScope()), labels, entry) { Known = known };
        }

        shelf.Reload();
        return new FeatureBatches(images.Samples, new FiledRows(shelf.Take(), images.Samples, shape, model.Device), labels, entry) { Known = known };
    }

    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
    {
        foreach (int[] indices in order.Chunk(batchSize))
        {
            using Tensor index = tensor([.. indices.Select(i => (long)i)], device: _labels.device);
            yield return new Batch(_rows.Gather(indices, index), _labels.index_select(0, index), _entry, [.. indices.Select(i => Samples[i])]);
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _labels.Dispose();
    }

    /// <summary>Computes what is missing, into memory, the cache, or both.</summary>
    private static void Compute(FrozenTrunk trunk, ImageBatches images, int[] missing, Tensor? held, FeatureCache? cache, Action<int> progress, CancellationToken cancel)
    {
        using var kept = new Kept(cache, missing.Length, isNeeded: held is null);
        try
        {
            int done = 0;
            foreach (Batch batch in images.Read(missing, ComputedAtOnce, epoch: 0, cancel))
            {
                using var step = NewDisposeScope();
                using Tensor inputs = batch.Inputs, labels = batch.Labels;
                int count = batch.Samples.Count;
                Tensor full = count == ComputedAtOnce ? inputs : cat([inputs, zeros([ComputedAtOnce - count, .. inputs.shape[1..]], device: inputs.device)]);
                Tensor part = trunk.Forward(full).narrow(0, 0, count);
                if (held is not null)
                    for (int i = 0; i < count; i++) held[missing[done + i]].copy_(part[i]);
                kept.Add(batch.Samples, part);
                progress(done += count);
                cancel.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // Of a run that is cancelled, or that meets a damaged image, what was computed stays too.
            kept.Complete();
        }

        cache?.Evict();
    }

    private static long IndexOf(IReadOnlyList<string> classes, string label)
    {
        for (int c = 0; c < classes.Count; c++)
            if (classes[c] == label) return c;
        throw new ArgumentException($"'{label}' is none of the classes.", nameof(label));
    }

    /// <summary>Features on their way into the cache. A full disk costs the cache, not the run, unless the run cannot do without.</summary>
    private sealed class Kept : IDisposable
    {
        private readonly bool _isNeeded;
        private FeatureSegment.Writer? _writer;

        public Kept(FeatureCache? cache, int rows, bool isNeeded)
        {
            _isNeeded = isNeeded;
            if (cache is not null) Try(() => _writer = cache.Write(rows));
        }

        public void Add(IReadOnlyList<Sample> samples, Tensor features) => Try(() =>
        {
            if (_writer is null) return;
            using Tensor flat = features.flatten(1).cpu();
            float[] floats = flat.data<float>().ToArray();
            int length = floats.Length / samples.Count;
            for (int i = 0; i < samples.Count; i++) _writer.Add(samples[i].Sha256, floats.AsSpan(i * length, length));
        });

        public void Complete() => Try(() => _writer?.Complete());

        public void Dispose() => _writer?.Dispose();

        private void Try(Action write)
        {
            try
            {
                write();
            }
            catch (Exception e) when (FeatureCache.IsOfTheDisk(e))
            {
                if (_isNeeded) throw TrainingException.BadInput($"The features of the frozen layers cannot be kept: {e.Message} Free some space, or freeze fewer layers.", e);
                _writer?.Dispose();
                _writer = null;
            }
        }
    }

    private interface IRows : IDisposable
    {
        /// <summary>[n, …] of these samples, on the device.</summary>
        Tensor Gather(int[] indices, Tensor index);
    }

    private sealed class HeldRows(Tensor all) : IRows
    {
        public Tensor Gather(int[] indices, Tensor index) => all.index_select(0, index);

        public void Dispose() => all.Dispose();
    }

    private sealed class FiledRows(Shelf shelf, IReadOnlyList<Sample> samples, long[] shape, Device device) : IRows
    {
        private readonly int _length = (int)shape.Aggregate(1L, (a, b) => a * b);

        public Tensor Gather(int[] indices, Tensor index)
        {
            float[] floats = new float[(long)indices.Length * _length];
            for (int i = 0; i < indices.Length; i++) shelf.Read(samples[indices[i]], floats.AsSpan(i * _length, _length));
            return tensor(floats, [indices.Length, .. shape], device: device);
        }

        public void Dispose() => shelf.Dispose();
    }

    /// <summary>The segments of a cache, and where each image is in them.</summary>
    private sealed class Shelf : IDisposable
    {
        private readonly FeatureCache? _cache;
        private IReadOnlyList<FeatureSegment> _segments = [];
        private Dictionary<string, (FeatureSegment Segment, int Row)> _places = [];

        public Shelf(FeatureCache? cache)
        {
            _cache = cache;
            Reload();
        }

        public (FeatureSegment Segment, int Row)? Place(Sample sample) => _places.TryGetValue(sample.Sha256, out (FeatureSegment, int) place) ? place : null;

        public void Read(Sample sample, Span<float> target)
        {
            (FeatureSegment segment, int row) = _places[sample.Sha256];
            segment.Read(row, target);
        }

        /// <summary>Copies the rows of all samples but some into memory.</summary>
        public void Fill(Tensor held, IReadOnlyList<Sample> samples, int[] butNot, int length)
        {
            float[] row = new float[length];
            foreach (int i in Enumerable.Range(0, samples.Count).Except(butNot))
            {
                using var scope = NewDisposeScope();
                Read(samples[i], row);
                held[i].copy_(tensor(row, held.shape[1..]));
            }
        }

        public void Reload()
        {
            foreach (FeatureSegment segment in _segments) segment.Dispose();
            _segments = _cache?.Segments() ?? [];
            _places = _segments.SelectMany(s => s.Hashes.Select((hash, row) => (hash, s, row))).GroupBy(p => p.hash).ToDictionary(g => g.Key, g => (g.First().s, g.First().row));
        }

        /// <summary>A shelf with these segments, which outlives this one.</summary>
        public Shelf Take()
        {
            var taken = new Shelf(null) { _segments = _segments, _places = _places };
            (_segments, _places) = ([], []);
            return taken;
        }

        public void Dispose()
        {
            foreach (FeatureSegment segment in _segments) segment.Dispose();
        }
    }
}
