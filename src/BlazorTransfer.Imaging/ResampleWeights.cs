using System.Runtime.InteropServices;

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

    /// <summary>Bits of a weight's lower part; the upper part is the rest, with the sign, and both fit into 16 bits.</summary>
    public const int LowBits = 11;

    // Taps that a vector takes at a time; weights are filled up with zeros to a multiple of it.
    private const int Group = 4;

    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _weights;
    private readonly short[] _upper;
    private readonly short[] _lower;
    private readonly int _stride;

    private ResampleWeights(int outputs, int stride)
    {
        (_starts, _counts, _stride) = (new int[outputs], new int[outputs], stride);
        (_weights, _upper, _lower) = (new int[outputs * stride], new short[outputs * stride], new short[outputs * stride]);
    }

    public int Outputs => _starts.Length;

    /// <summary>The input positions that contribute to any output.</summary>
    public (int First, int Count) Inputs => (_starts[0], _starts[^1] + _counts[^1] - _starts[0]);

    /// <summary>First input position that contributes to <paramref name="output"/>.</summary>
    public int Start(int output) => _starts[output];

    /// <summary>Weights of the input positions from <see cref="Start"/> on; they sum to about one (<c>2^PrecisionBits</c>).</summary>
    public ReadOnlySpan<int> Of(int output) => _weights.AsSpan(output * _stride, _counts[output]);

    /// <summary>
    /// The upper parts of the same weights, <c>weight = upper · 2^LowBits + lower</c>, two to a number as a multiplication of 16-bit pairs
    /// takes them; zeros fill the last four up.
    /// </summary>
    public ReadOnlySpan<int> UpperPairs(int output) => Pairs(_upper, output);

    /// <summary>The lower parts, likewise.</summary>
    public ReadOnlySpan<int> LowerPairs(int output) => Pairs(_lower, output);

    /// <param name="filter">The filter.</param>
    /// <param name="inputStart">Where in input position 0 the resized part begins, from 0 to below 1.</param>
    /// <param name="inputLength">How long it is, in input pixels.</param>
    /// <param name="outputSize">Pixels after.</param>
    /// <param name="first">The first output position that is wanted; positions are numbered from it.</param>
    /// <param name="count">How many are wanted.</param>
    public static ResampleWeights Of(ResizeFilter filter, double inputStart, double inputLength, int outputSize, int first, int count)
    {
        var axis = new Axis(filter, inputStart, inputLength, outputSize);
        var result = new ResampleWeights(count, ((int)Math.Ceiling(axis.Support) * 2 + Group) / Group * Group);
        Span<double> raw = stackalloc double[Math.Min(result._stride, 1024)];
        if (result._stride > raw.Length)
            raw = new double[result._stride];
        for (int output = 0; output < count; output++)
            result.Set(output, axis, axis.Centre(first + output), raw);
        return result;
    }

    /// <summary>The input positions that contribute to <paramref name="count"/> outputs from <paramref name="first"/> on.</summary>
    public static (int First, int Count) InputsOf(ResizeFilter filter, int inputSize, int outputSize, int first, int count)
    {
        var axis = new Axis(filter, 0, inputSize, outputSize);
        int start = axis.Start(axis.Centre(first));
        return (start, axis.End(axis.Centre(first + count - 1)) - start);
    }

    private ReadOnlySpan<int> Pairs(short[] parts, int output) =>
        MemoryMarshal.Cast<short, int>(parts.AsSpan(output * _stride, (_counts[output] + Group - 1) / Group * Group));

    private void Set(int output, in Axis axis, double centre, Span<double> raw)
    {
        int start = axis.Start(centre),
            count = axis.End(centre) - start;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            raw[i] = axis.Filter((i + start - centre + 0.5) / axis.Stretch);
            sum += raw[i];
        }

        _starts[output] = start;
        _counts[output] = count;
        for (int i = 0, at = output * _stride; i < count; i++, at++)
        {
            int weight = (int)(Math.CopySign(0.5, raw[i]) + raw[i] / sum * (1 << PrecisionBits));
            _weights[at] = weight;
            _upper[at] = (short)(weight >> LowBits);
            _lower[at] = (short)(weight & ((1 << LowBits) - 1));
        }
    }

    /// <summary>How the positions of one axis map to one another.</summary>
    private readonly struct Axis(ResizeFilter filter, double inputStart, double inputLength, int outputSize)
    {
        private readonly double _scale = inputLength / outputSize;
        private readonly int _inputs = (int)Math.Ceiling(inputStart + inputLength);

        public double Stretch => Math.Max(_scale, 1);
        public double Support => Stretch * Radius;

        private double Radius =>
            filter switch
            {
                ResizeFilter.Bilinear => 1,
                ResizeFilter.Bicubic => 2,
                _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, null),
            };

        public double Centre(int output) => inputStart + (output + 0.5) * _scale;

        public int Start(double centre) => Math.Max((int)(centre - Support + 0.5), 0);

        public int End(double centre) => Math.Min((int)(centre + Support + 0.5), _inputs);

        public double Filter(double x) => filter == ResizeFilter.Bilinear ? Math.Max(1 - Math.Abs(x), 0) : Cubic(x);

        /// <summary>Keys, "Cubic Convolution Interpolation for Digital Image Processing" (1981), with a = −1/2.</summary>
        private static double Cubic(double x)
        {
            const double a = -0.5;
            x = Math.Abs(x);
            return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
                : x < 2 ? (((x - 5) * x + 8) * x - 4) * a
                : 0;
        }
    }
}
