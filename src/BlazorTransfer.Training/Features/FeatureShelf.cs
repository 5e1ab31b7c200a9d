using static TorchSharp.torch;

namespace BlazorTransfer.Training.Features;

/// <summary>The segments of a cache, and where each row is in them.</summary>
internal sealed class FeatureShelf : IDisposable
{
    private readonly FeatureCache? _cache;
    private IReadOnlyList<FeatureSegment> _segments = [];
    private Dictionary<string, (FeatureSegment Segment, int Row)> _places = [];

    public FeatureShelf(FeatureCache? cache)
    {
        _cache = cache;
        Reload();
    }

    /// <summary>Whether there is a row of that name.</summary>
    public bool Has(string name) => _places.ContainsKey(name);

    public void Read(string name, Span<float> target)
    {
        (FeatureSegment segment, int row) = _places[name];
        segment.Read(row, target);
    }

    /// <summary>Copies rows into memory, [N, …], all but some.</summary>
    public void Fill(Tensor held, IReadOnlyList<string> names, int[] butNot, int length)
    {
        float[] row = new float[length];
        foreach (int i in Enumerable.Range(0, names.Count).Except(butNot))
        {
            using var scope = NewDisposeScope();
            Read(names[i], row);
            held[i].copy_(tensor(row, held.shape[1..]));
        }
    }

    /// <summary>Looks anew at what is there.</summary>
    public void Reload()
    {
        foreach (FeatureSegment segment in _segments)
            segment.Dispose();
        _segments = _cache?.Segments() ?? [];
        _places = _segments
            .SelectMany(s => s.Hashes.Select((hash, row) => (hash, s, row)))
            .GroupBy(p => p.hash)
            .ToDictionary(g => g.Key, g => (g.First().s, g.First().row));
    }

    /// <summary>A shelf with these segments, which outlives this one.</summary>
    public FeatureShelf Take()
    {
        var taken = new FeatureShelf(null) { _segments = _segments, _places = _places };
        (_segments, _places) = ([], []);
        return taken;
    }

    public void Dispose()
    {
        foreach (FeatureSegment segment in _segments)
            segment.Dispose();
    }
}
