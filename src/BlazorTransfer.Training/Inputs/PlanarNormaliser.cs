using System.Runtime.Intrinsics;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Training.Inputs;

/// <summary>
/// Bytes of red, green and blue to normalised planes: <c>(v / 255 − mean) / std</c> in single precision, as torchvision computes it and in
/// that order, so that vectors and the table for what is left over agree to the bit.
/// </summary>
internal sealed class PlanarNormaliser(Preprocessing preprocessing)
{
    private const int Pixels = 8;

    private readonly float[] _means = [.. preprocessing.Mean],
        _deviations = [.. preprocessing.Std];
    private readonly float[][] _tables =
    [
        .. Enumerable.Range(0, RgbImage.Channels).Select(c => Table(preprocessing.Mean[c], preprocessing.Std[c])),
    ];

    /// <param name="pixels">[side, side, 3] bytes.</param>
    /// <param name="side">Side of the square, in pixels.</param>
    /// <param name="mirrored">Left becomes right.</param>
    /// <param name="target">[3, side, side] floats.</param>
    public void Normalise(ReadOnlySpan<byte> pixels, int side, bool mirrored, Span<float> target)
    {
        int plane = side * side;
        for (int y = 0; y < side; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(RgbImage.Channels * side * y, RgbImage.Channels * side);
            for (int c = 0; c < RgbImage.Channels; c++)
                NormaliseRow(row, c, mirrored, target.Slice(c * plane + y * side, side));
        }
    }

    private void NormaliseRow(ReadOnlySpan<byte> row, int channel, bool mirrored, Span<float> target)
    {
        int side = target.Length,
            x = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            Vector128<byte> order = Order(channel, mirrored);
            Vector256<float> mean = Vector256.Create(_means[channel]),
                deviation = Vector256.Create(_deviations[channel]),
                whole = Vector256.Create(255f);
            // 16 bytes are read where 12 are meant; the last pixels of a row have not so many behind them.
            for (; x + Pixels <= side; x += Pixels)
            {
                int near = RgbImage.Channels * (mirrored ? side - x - Pixels / 2 : x),
                    far = near + RgbImage.Channels * (mirrored ? -Pixels / 2 : Pixels / 2);
                if (Math.Max(near, far) + Vector128<byte>.Count > row.Length)
                {
                    if (!mirrored)
                        break;
                    NormaliseSome(row, channel, mirrored, x, x + Pixels, target);
                    continue;
                }

                Vector256<int> values = Vector256
                    .Create(
                        Vector128.ShuffleNative(Vector128.Create(row[near..]), order),
                        Vector128.ShuffleNative(Vector128.Create(row[far..]), order)
                    )
                    .AsInt32();
                ((Vector256.ConvertToSingle(values) / whole - mean) / deviation).CopyTo(target[x..]);
            }
        }

        NormaliseSome(row, channel, mirrored, x, side, target);
    }

    private void NormaliseSome(ReadOnlySpan<byte> row, int channel, bool mirrored, int begin, int end, Span<float> target)
    {
        float[] table = _tables[channel];
        for (int x = begin; x < end; x++)
            target[x] = table[row[RgbImage.Channels * (mirrored ? target.Length - 1 - x : x) + channel]];
    }

    /// <summary>Of four pixels of three bytes, one channel as four 32-bit integers.</summary>
    private static Vector128<byte> Order(int channel, bool mirrored)
    {
        const int Zero = 0x80;
        int[] pixels = mirrored ? [3, 2, 1, 0] : [0, 1, 2, 3];
        Span<byte> order = stackalloc byte[Vector128<byte>.Count];
        order.Fill(Zero);
        for (int i = 0; i < pixels.Length; i++)
            order[sizeof(int) * i] = (byte)(RgbImage.Channels * pixels[i] + channel);
        return Vector128.Create<byte>(order);
    }

    /// <summary>The same for every byte.</summary>
    private static float[] Table(float mean, float deviation) => [.. Enumerable.Range(0, 256).Select(v => (v / 255f - mean) / deviation)];
}
