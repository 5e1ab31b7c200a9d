using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Training.Runs;

/// <summary>Sends the pictures of a stage through the frozen layers, one group of them after the other, each with its folder of the
/// cache.</summary>
internal sealed class FeatureExtraction(TrainingRun run, FrozenTrunk trunk, RunProgress progress, CancellationToken cancel)
{
    private readonly int _rowLength = (int)
        FeatureBatches.ShapeAt(run.Model, trunk.Entry, run.Preprocessing.CropSize).Aggregate(1L, (a, b) => a * b);
    private FeatureCacheSpec? _cache;
    private bool _inMemory;
    private int _done;

    /// <summary>Pictures so far whose features were in the cache.</summary>
    public int Known { get; private set; }

    /// <summary>Whether the features of so many pictures can be kept, in memory or in the cache.</summary>
    public bool HasRoomFor(int pictures) =>
        Bytes(pictures) <= Math.Max(FeatureBatches.MemoryBytes, run.Job.FeatureCache?.MaximumBytes ?? 0);

    /// <summary>Starts the phase.</summary>
    /// <param name="pictures">How many there will be.</param>
    /// <returns>Whether there is room for them; nothing was started otherwise.</returns>
    public bool Begin(int pictures)
    {
        _inMemory = Bytes(pictures) <= FeatureBatches.MemoryBytes;
        _cache = run.Job.FeatureCache is { } spec && Bytes(pictures) <= spec.MaximumBytes && Open(spec, "") is not null ? spec : null;
        if (!_inMemory && _cache is null)
            return false;
        progress.Start(RunPhase.ExtractingFeatures, pictures, "images");
        return true;
    }

    /// <summary>The features of some of them.</summary>
    public FeatureBatches Compute(Pictures pictures)
    {
        FeatureCache? cache = _cache is null ? null : Open(_cache, pictures.Draws);
        if (!_inMemory && cache is null)
            throw TrainingException.BadInput(
                "features.folder-unwritable",
                $"The features of the frozen layers cannot be kept in '{_cache!.Folder}'. See that it can be written to, or "
                    + $"freeze fewer layers."
            );
        FeatureBatches features = FeatureBatches.Compute(trunk, pictures, cache, _inMemory, done => progress.Report(_done + done), cancel);
        _done += pictures.Images.Samples.Count;
        Known += features.Known;
        return features;
    }

    private FeatureCache? Open(FeatureCacheSpec spec, string draws) => FeatureCache.Open(spec, trunk, run.Preprocessing, _rowLength, draws);

    private long Bytes(int pictures) => (long)_rowLength * sizeof(float) * pictures;
}
