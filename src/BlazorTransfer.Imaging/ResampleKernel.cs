using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BlazorTransfer.Imaging;

/// <summary>
/// The inner loops of a resize: sums of pixel times fixed-point weight, rounded and clamped to a byte. Where the processor has AVX2, a
/// weight is split into two parts of 16 bits, whose products with pixels one instruction multiplies and adds in pairs; the parts' sums,
/// put together, are the sum of the whole to the bit.
/// </summary>
internal static class ResampleKernel
{
    /// <summary>Bytes that a row of the result of <see cref="Rows"/> needs beyond its pixels: four are written where three are
    /// meant.</summary>
    public const int Slack = 4;

    // A vector is read from where a group of four pixels begins: so far beyond the last one's end.
    private const int Overrun = 16;
    private const int RowsAtOnce = 4;

    /// <summary>Rows, resampled along x.</summary>
    /// <param name="source">From the first row's beginning to the picture's end.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="left">Where the resampled part begins in a row, in bytes; negative where it begins before the picture.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="target">Receives the rows.</param>
    /// <param name="targetStride">Bytes from row to row there: 3 for each output position, and <see cref="Slack"/>.</param>
    /// <param name="weights">The weights.</param>
    public static void Rows(
        ReadOnlySpan<byte> source,
        int stride,
        int left,
        int rows,
        Span<byte> target,
        int targetStride,
        ResampleWeights weights
    )
    {
        int done = 0;
        // What is read beyond a row lies in the next one; the picture's last row has none.
        int safe = Math.Min(rows, (source.Length - Overrun) / stride);
        if (Avx2.IsSupported && safe >= RowsAtOnce)
        {
            for (; done < safe; done += RowsAtOnce)
            {
                // The last four begin earlier, and some rows are computed again.
                done = Math.Min(done, safe - RowsAtOnce);
                FourRows(source[(done * stride)..], stride, left, target[(done * targetStride)..], targetStride, weights);
            }
        }

        for (int y = done; y < rows; y++)
            Row(source.Slice(y * stride, stride), left, target.Slice(y * targetStride, targetStride), weights);
    }

    /// <summary>
    /// One output row, resampled along y: a weighted sum of whole rows of <paramref name="source"/>; every byte column is independent of
    /// the others, which suits vectors.
    /// </summary>
    /// <param name="source">From the first row that contributes.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="output">The output row's number.</param>
    /// <param name="target">Receives the row.</param>
    public static void Column(ReadOnlySpan<byte> source, int stride, ResampleWeights weights, int output, Span<byte> target)
    {
        ReadOnlySpan<int> taps = weights.Of(output);
        if (Avx2.IsSupported && target.Length >= Vector128<byte>.Count)
            ColumnByPairs(source, stride, taps.Length, weights.UpperPairs(output), weights.LowerPairs(output), target);
        else
            Column(source, stride, taps, target);
    }

    /// <summary>Any processor's way of <see cref="Rows"/>, one row.</summary>
    internal static void Row(ReadOnlySpan<byte> source, int left, Span<byte> target, ResampleWeights weights)
    {
        for (int x = 0; x < weights.Outputs; x++)
        {
            ReadOnlySpan<int> taps = weights.Of(x);
            ReadOnlySpan<byte> pixels = source.Slice(left + RgbImage.Channels * weights.Start(x), RgbImage.Channels * taps.Length);
            int red = ResampleWeights.Half,
                green = ResampleWeights.Half,
                blue = ResampleWeights.Half;
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

    /// <summary>Any processor's way of <see cref="Column(ReadOnlySpan{byte}, int, ResampleWeights, int, Span{byte})"/>.</summary>
    internal static void Column(ReadOnlySpan<byte> source, int stride, ReadOnlySpan<int> taps, Span<byte> target)
    {
        int x = 0;
        for (; x + Vector128<byte>.Count <= target.Length; x += Vector128<byte>.Count)
        {
            Vector128<int> a,
                b,
                c,
                d;
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

        for (; x < target.Length; x++)
        {
            int sum = ResampleWeights.Half;
            for (int i = 0; i < taps.Length; i++)
                sum += source[i * stride + x] * taps[i];
            target[x] = Clamp(sum);
        }
    }

    /// <summary>Four rows at once, so that weights are loaded once for them: two rows fill a vector, pixel by pixel.</summary>
    private static void FourRows(
        ReadOnlySpan<byte> source,
        int stride,
        int left,
        Span<byte> target,
        int targetStride,
        ResampleWeights weights
    )
    {
        // Of 16 bytes, the first two pixels: r0 r1 g0 g1 b0 b1 as 16-bit numbers; then the two after them.
        Vector256<byte> firstPair = Vector256.Create(Pairs(0), Pairs(0)),
            secondPair = Vector256.Create(Pairs(6), Pairs(6));
        // The checks that leaving them out inside the loop needs: the last read and the last write.
        (int first, int count) = weights.Inputs;
        _ = source.Slice((RowsAtOnce - 1) * stride + left + RgbImage.Channels * (first + count) + Overrun - 1, 1);
        _ = source[left + RgbImage.Channels * first];
        _ = target.Slice(RowsAtOnce * targetStride - 1, 1);
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        for (int x = 0; x < weights.Outputs; x++)
        {
            ReadOnlySpan<int> upper = weights.UpperPairs(x),
                lower = weights.LowerPairs(x);
            Vector256<int> upperA = default,
                lowerA = default,
                upperB = default,
                lowerB = default;
            int at = left + RgbImage.Channels * weights.Start(x);
            for (int i = 0; i + 1 < upper.Length && i + 1 < lower.Length; i += 2, at += 4 * RgbImage.Channels)
            {
                Vector256<byte> a = Vector256.Create(Load(ref from, at), Load(ref from, at + stride));
                Vector256<byte> b = Vector256.Create(Load(ref from, at + 2 * stride), Load(ref from, at + 3 * stride));
                Vector256<short> weightUpper = Vector256.Create(upper[i]).AsInt16(),
                    weightLower = Vector256.Create(lower[i]).AsInt16();
                Add(Avx2.Shuffle(a, firstPair).AsInt16(), weightUpper, weightLower, ref upperA, ref lowerA);
                Add(Avx2.Shuffle(b, firstPair).AsInt16(), weightUpper, weightLower, ref upperB, ref lowerB);
                (weightUpper, weightLower) = (Vector256.Create(upper[i + 1]).AsInt16(), Vector256.Create(lower[i + 1]).AsInt16());
                Add(Avx2.Shuffle(a, secondPair).AsInt16(), weightUpper, weightLower, ref upperA, ref lowerA);
                Add(Avx2.Shuffle(b, secondPair).AsInt16(), weightUpper, weightLower, ref upperB, ref lowerB);
            }

            // Rows 0 and 2 in the lower half, 1 and 3 in the upper one.
            Vector256<short> words = Avx2.PackSignedSaturate(Total(upperA, lowerA), Total(upperB, lowerB));
            Vector256<uint> bytes = Avx2.PackUnsignedSaturate(words, words).AsUInt32();
            int pixel = RgbImage.Channels * x;
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, pixel), bytes.GetElement(0));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, pixel + targetStride), bytes.GetElement(4));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, pixel + 2 * targetStride), bytes.GetElement(1));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, pixel + 3 * targetStride), bytes.GetElement(5));
        }

        static Vector128<byte> Pairs(byte first)
        {
            const byte Zero = 0x80;
            return Vector128.Create(
                first,
                Zero,
                (byte)(first + 3),
                Zero,
                (byte)(first + 1),
                Zero,
                (byte)(first + 4),
                Zero,
                (byte)(first + 2),
                Zero,
                (byte)(first + 5),
                Zero,
                Zero,
                Zero,
                Zero,
                Zero
            );
        }

        static Vector128<byte> Load(ref byte from, int at) => Vector128.LoadUnsafe(ref from, (nuint)at);
    }

    /// <summary>Sixteen columns at once, two rows at a time.</summary>
    private static void ColumnByPairs(
        ReadOnlySpan<byte> source,
        int stride,
        int taps,
        ReadOnlySpan<int> upper,
        ReadOnlySpan<int> lower,
        Span<byte> target
    )
    {
        const int Columns = 16;
        _ = source[(taps - 1) * stride + target.Length - 1];
        ref byte from = ref MemoryMarshal.GetReference(source);
        for (int x = 0; x < target.Length; x += Columns)
        {
            // The last vector begins earlier and computes some columns again.
            x = Math.Min(x, target.Length - Columns);
            Vector256<int> upperA = default,
                lowerA = default,
                upperB = default,
                lowerB = default;
            for (int i = 0; i < taps; i += 2)
            {
                Vector128<byte> even = Vector128.LoadUnsafe(ref from, (nuint)(i * stride + x));
                // Of an odd number of rows, the last one's partner has no weight.
                Vector128<byte> odd = i + 1 < taps ? Vector128.LoadUnsafe(ref from, (nuint)((i + 1) * stride + x)) : even;
                Vector256<short> weightUpper = Vector256.Create(upper[i / 2]).AsInt16(),
                    weightLower = Vector256.Create(lower[i / 2]).AsInt16();
                Add(Avx2.ConvertToVector256Int16(Sse2.UnpackLow(even, odd)), weightUpper, weightLower, ref upperA, ref lowerA);
                Add(Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(even, odd)), weightUpper, weightLower, ref upperB, ref lowerB);
            }

            Vector256<int> a = Total(upperA, lowerA),
                b = Total(upperB, lowerB);
            Sse2.PackUnsignedSaturate(
                    Sse2.PackSignedSaturate(a.GetLower(), a.GetUpper()),
                    Sse2.PackSignedSaturate(b.GetLower(), b.GetUpper())
                )
                .CopyTo(target[x..]);
        }
    }

    /// <summary>Adds pairs of pixels times pairs of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        Vector256<short> pixels,
        Vector256<short> weightUpper,
        Vector256<short> weightLower,
        ref Vector256<int> upper,
        ref Vector256<int> lower
    )
    {
        upper += Avx2.MultiplyAddAdjacent(pixels, weightUpper);
        lower += Avx2.MultiplyAddAdjacent(pixels, weightLower);
    }

    /// <summary>The sum of the parts, rounded; not yet clamped.</summary>
    private static Vector256<int> Total(Vector256<int> upper, Vector256<int> lower) =>
        ((upper << ResampleWeights.LowBits) + lower + Vector256.Create(ResampleWeights.Half)) >> ResampleWeights.PrecisionBits;

    private static Vector128<uint> Shift(Vector128<int> sum) =>
        Vector128.Max(Vector128.Min(sum >> ResampleWeights.PrecisionBits, Vector128.Create(255)), Vector128<int>.Zero).AsUInt32();

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.PrecisionBits, 0, 255);
}
