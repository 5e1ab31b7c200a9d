using BlazorTransfer.Core.Messages;
using BlazorTransfer.Training.Foundation;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Features;

/// <summary>Features on their way into the cache. A full disk costs the cache, not the run, unless the run cannot do without.</summary>
internal sealed class FeatureWriter : IDisposable
{
    private readonly bool _isNeeded;
    private FeatureSegment.Writer? _writer;

    /// <param name="cache">Where they go; null for nowhere.</param>
    /// <param name="rows">How many there are at most.</param>
    /// <param name="isNeeded">Whether there is no other way to them.</param>
    public FeatureWriter(FeatureCache? cache, int rows, bool isNeeded)
    {
        _isNeeded = isNeeded;
        if (cache is not null)
            Try(() => _writer = cache.Write(rows));
    }

    /// <param name="names">The rows', see <see cref="Pictures.NameOf"/>.</param>
    /// <param name="features">[N, …].</param>
    public void Add(IReadOnlyList<string> names, Tensor features) =>
        Try(() =>
        {
            if (_writer is null)
                return;
            using Tensor flat = features.flatten(1).cpu();
            float[] floats = flat.data<float>().ToArray();
            int length = floats.Length / names.Count;
            for (int i = 0; i < names.Count; i++)
                _writer.Add(names[i], floats.AsSpan(i * length, length));
        });

    /// <summary>What was added stays.</summary>
    public void Complete() => Try(() => _writer?.Complete());

    public void Dispose() => _writer?.Dispose();

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            if (_isNeeded)
                throw TrainingException.BadInput(
                    "features.unwritable",
                    $"The features of the frozen layers cannot be kept: {Message.Of(e)} Free some space, or freeze fewer layers.",
                    e
                );
            _writer?.Dispose();
            _writer = null;
        }
    }
}
