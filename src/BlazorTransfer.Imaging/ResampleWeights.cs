namespace BlazorTransfer.Imaging;

/// <summary>
/// For every output position along one axis: which input positions contribute, and how much. When shrinking, the filter is
/// stretched by the scale, so that every input pixel counts (antialiasing).
/// Weights are fixed-point numbers as in PIL's 8-bit resampling, so that results agree with it to the bit.
/// </summary>
internal sealed class ResampleWeights
{
    /// <summary>Fraction bits of a weight: 32 less 8 for the pixel and 2 for sign and overshoot.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>One half: rounds a sum of products when it is shifted down.</summary>
    public const int Half = 1 << (PrecisionBits - 1);

    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _weights;
    private readonly int _stride;

    private ResampleWeights(int[] starts, int[] counts, int[] weights, int stride) =>
        (_starts, _counts, _weights, _stride) = (starts, counts, weights, stride);

    /// <summary>First input position that contributes to <paramref name="output"/>.</summary>
    public int Start(int output) => _starts[output];

    /// <summary>Weights of the input positions from <see cref="Start"/> on; they sum to about one (<c>2^PrecisionBits</c>).</summary>
    public ReadOnlySpan<int> Of(int output) => _weights.AsSpan(output * _stride, _counts[output]);

    public static ResampleWeights Of(ResizeFilter filter, int inputSize, int outputSize) => filter switch
    {
        ResizeFilter.Bilinear => Create(x => Math.Max(1 - Math.Abs(x), 0), radius: 1, inputSize, outputSize),
        ResizeFilter.Bicubic => Create(Cubic, radius: 2, inputSize, outputSize),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, null),
    };

    /// <summary>Keys, "Cubic Convolution Interpolation for Digital Image Processing" (1981), with a = −1/2.</summary>
    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static ResampleWeights Create(Func<double, double> filter, double radius, int inputSize, int outputSize)
    {
        double scale = (double)inputSize / outputSize;
        double stretch = Math.Max(scale, 1), support = radius * stretch;
        int stride = (int)Math.Ceiling(support) * 2 + 1;
        var result = new ResampleWeights(new int[outputSize], new int[outputSize], new int[outputSize * stride], stride);
        Span<double> raw = stackalloc double[Math.Min(stride, 1024)];
        if (stride > raw.Length) raw = new double[stride];
        for (int output = 0; output < outputSize; output++)
        {
            double centre = (output + 0.5) * scale;
            int start = Math.Max((int)(centre - support + 0.5), 0);
            int count = Math.Min((int)(centre + support + 0.5), inputSize) - start;
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                raw[i] = filter((i + start - centre + 0.5) / stretch);
                sum += raw[i];
            }

            result._starts[output] = start;
            result._counts[output] = count;
            Span<int> weights = result._weights.AsSpan(output * stride, count);
            for (int i = 0; i < count; i++) weights[i] = (int)(Math.CopySign(0.5, raw[i]) + raw[i] / sum * (1 << PrecisionBits));
        }

        return result;
    }
}
