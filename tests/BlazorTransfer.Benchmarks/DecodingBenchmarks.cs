using BenchmarkDotNet.Attributes;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Benchmarks;

/// <summary>A photograph of 12 megapixels on its way to a training crop: decoded whole, or at the eighths of its size that
/// suffice.</summary>
public class DecodingBenchmarks
{
    private const int WorkingSide = 256;
    private byte[] _photograph = [];

    [GlobalSetup]
    public void Draw() => _photograph = Photograph(4000, 3000, seed: 1);

    /// <summary>A JPEG file.</summary>
    internal static byte[] Photograph(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        var random = new Random(seed);
        // Smooth shapes with some grain, as a camera gives; pure noise would be nobody's photograph.
        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> row = image.Row(y);
            for (int i = 0; i < row.Length; i++)
                row[i] = (byte)(128 + 90 * Math.Sin((i / 3 + y * (i % 3 + 1)) / 180.0) + random.Next(-12, 12));
        }

        using var stream = new MemoryStream();
        JpegEncoder.Encode(image, stream, 90);
        return stream.ToArray();
    }

    [Benchmark(Baseline = true)]
    public RgbImage Whole() => PilResize.ShorterSide(ImageDecoder.DecodeRgb(_photograph), WorkingSide);

    [Benchmark]
    public RgbImage Reduced() =>
        PilResize.ShorterSide(ImageDecoder.DecodeReduced(_photograph, minimumShorterSide: WorkingSide), WorkingSide);
}
