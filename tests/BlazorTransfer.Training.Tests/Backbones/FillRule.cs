using System.Text;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Backbones;

/// <summary>Deterministic weights and inputs that any language can make, so that networks can be compared without files.</summary>
internal static class FillRule
{
    private const long Chunk = 1 << 16;

    public static void Fill(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        foreach ((string name, Tensor tensor) in module.state_dict())
        {
            if (tensor.dtype == ScalarType.Float32)
                tensor.copy_(Values(name, tensor.shape));
        }
    }

    /// <summary>The input image, [1, 3, side, side], in -1…1.</summary>
    public static Tensor Input(int side) => tensor(Map("input", 3L * side * side, u => 2 * u - 1), [1, 3, side, side]);

    /// <summary>The uniform numbers of a name, in 0…1, in float64.</summary>
    public static double[] Uniform(string name, int count)
    {
        uint seed = Seed(name);
        return [.. Enumerable.Range(0, count).Select(i => Uniform(seed, i))];
    }

    private static Tensor Values(string name, long[] shape)
    {
        long count = shape.Aggregate(1L, (a, b) => a * b);
        double fan = (double)count / (shape.Length > 0 ? shape[0] : 1);
        Func<double, double> value = name[(name.LastIndexOf('.') + 1)..] switch
        {
            "running_var" => u => 0.5 + u,
            "running_mean" => u => (u - 0.5) * 0.2,
            "weight" when shape.Length >= 2 => u => (2 * u - 1) * Math.Sqrt(6 / fan),
            "weight" or "layer_scale" => u => 0.5 + u,
            _ => u => (u - 0.5) * 0.2,
        };
        return tensor(Map(name, count, value), shape);
    }

    /// <summary>Values of <paramref name="map"/> over the uniform numbers of a name; a plain loop, since large networks have 10⁸ of
    /// them.</summary>
    private static float[] Map(string name, long count, Func<double, double> map)
    {
        uint seed = Seed(name);
        float[] values = new float[count];
        Parallel.For(
            0,
            (count + Chunk - 1) / Chunk,
            chunk =>
            {
                long end = Math.Min(count, (chunk + 1) * Chunk);
                for (long i = chunk * Chunk; i < end; i++)
                    values[i] = (float)map(Uniform(seed, i));
            }
        );
        return values;
    }

    private static uint Seed(string name) =>
        Encoding.UTF8.GetBytes(name).Aggregate(2166136261u, (hash, b) => unchecked((hash ^ b) * 16777619u));

    private static double Uniform(uint seed, long i)
    {
        uint h = unchecked((uint)i + seed);
        h = unchecked(h * 2654435761u);
        h = unchecked((h ^ (h >> 16)) * 0x45d9f3bu);
        h = unchecked((h ^ (h >> 16)) * 0x45d9f3bu);
        h ^= h >> 16;
        return h / 4294967296.0;
    }
}
