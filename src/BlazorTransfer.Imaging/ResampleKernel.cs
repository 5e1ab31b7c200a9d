using System.Runtime.Intrinsics;

namespace BlazorTransfer.Imaging;

/// <summary>The inner loops of a resize: sums of pixel times fixed-point weight, rounded and clamped to a byte.</summary>
internal static class ResampleKernel
{
    /// <summary>One row, resampled along x.</summary>
    public static void Row(ReadOnlySpan<byte> source, Span<byte> target, ResampleWeights weights)
    {
        for (int x = 0; x < target.Length / RgbImage.Channels; x++)
        {
            ReadOnlySpan<int> taps = weights.Of(x);
            ReadOnlySpan<byte> pixels = source.Slice(RgbImage.Channels * weights.Start(x), RgbImage.Channels * taps.Length);
            int red = ResampleWeights.Half, green = ResampleWeights.Half, blue = ResampleWeights.Half;
            for (int i = 0, p = 0; i < taps.Length; i++, p += RgbImage.Channels)
            {
                red += pixels[p] * taps[i];
                green += pixels[p + 1] * taps[i];
                blue += pixels[p + 2] * taps[i];
            }

            target[RgbImage.Channels * x] = Clamp(red);
            target[RgbImage.Channels * x + 1] = Clamp(green);
            target[RgbImage.Channels * x + 2] = Clamp(blue);
        }
    }

    /// <summary>
    /// One output row, resampled along y: a weighted sum of whole rows of <paramref name="pixels"/>, the first of which is
    /// row <paramref name="firstRow"/>; every byte column is independent of the others, which suits vectors.
    /// </summary>
    public static void Column(ReadOnlySpan<byte> pixels, int firstRow, ReadOnlySpan<int> taps, Span<byte> target)
    {
        int stride = target.Length;
        ReadOnlySpan<byte> source = pixels.Slice(firstRow * stride, taps.Length * stride);
        int x = 0;
        for (; x + Vector128<byte>.Count <= stride; x += Vector128<byte>.Count)
        {
            Vector128<int> a, b, c, d;
            a = b = c = d = Vector128.Create(ResampleWeights.Half);
            for (int i = 0; i < taps.Length; i++)
            {
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(source[(i * stride + x)..]));
                Vector128<int> weight = Vector128.Create(taps[i]);
                a += Vector128.WidenLower(low).AsInt32() * weight;
                b += Vector128.WidenUpper(low).AsInt32() * weight;
                c += Vector128.WidenLower(high).AsInt32() * weight;
                d += Vector128.WidenUpper(high).AsInt32() * weight;
            }

            Vector128.Narrow(Vector128.Narrow(Shift(a), Shift(b)), Vector128.Narrow(Shift(c), Shift(d))).CopyTo(target[x..]);
        }

        for (; x < stride; x++)
        {
            int sum = ResampleWeights.Half;
            for (int i = 0; i < taps.Length; i++) sum += source[i * stride + x] * taps[i];
            target[x] = Clamp(sum);
        }
    }

    private static Vector128<uint> Shift(Vector128<int> sum) =>
        Vector128.Max(Vector128.Min(sum >> ResampleWeights.PrecisionBits, Vector128.Create(255)), Vector128<int>.Zero).AsUInt32();

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.PrecisionBits, 0, 255);
}
