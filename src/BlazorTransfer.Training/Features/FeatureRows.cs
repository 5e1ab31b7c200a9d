using static TorchSharp.torch;

namespace BlazorTransfer.Training.Features;

/// <summary>The features of all samples, in memory or in files.</summary>
internal interface IFeatureRows : IDisposable
{
    /// <summary>[n, …] of these samples, on the device.</summary>
    Tensor Gather(int[] indices, Tensor index);
}

/// <summary>In memory.</summary>
/// <param name="all">[N, …], of all samples; disposed of with this.</param>
internal sealed class HeldRows(Tensor all) : IFeatureRows
{
    public Tensor Gather(int[] indices, Tensor index) => all.index_select(0, index);

    public void Dispose() => all.Dispose();
}

/// <summary>In files.</summary>
/// <param name="shelf">Where they are read from; disposed of with this.</param>
/// <param name="names">Of all samples' rows.</param>
/// <param name="shape">Of a row.</param>
/// <param name="device">Where they go.</param>
internal sealed class FiledRows(FeatureShelf shelf, IReadOnlyList<string> names, long[] shape, Device device) : IFeatureRows
{
    private readonly int _length = (int)shape.Aggregate(1L, (a, b) => a * b);

    public Tensor Gather(int[] indices, Tensor index)
    {
        float[] floats = new float[(long)indices.Length * _length];
        for (int i = 0; i < indices.Length; i++)
            shelf.Read(names[indices[i]], floats.AsSpan(i * _length, _length));
        return tensor(floats, [indices.Length, .. shape], device: device);
    }

    public void Dispose() => shelf.Dispose();
}
