using System.Security.Cryptography;
using BlazorTransfer.Core.Datasets;
using CsCheck;
using SkiaSharp;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>Whatever way the processor takes, and however little is computed: the bytes are PIL's.</summary>
public sealed class ResampleTests
{
    private static readonly Gen<ResizeFilter> Filters = Gen.Bool.Select(cubic => cubic ? ResizeFilter.Bicubic : ResizeFilter.Bilinear);

    /// <summary>The SHA-256 of the pixels that PIL 9.4 gives for the same picture.</summary>
    [Theory]
    [InlineData(97, 61, ResizeFilter.Bilinear, "dfb38346a8949d0c60fe755a3342e5ef7e94966eabfbb020310531e4e1a65d42")]
    [InlineData(97, 61, ResizeFilter.Bicubic, "054e7312314481db2c612c0c52a9924ae6f4c7c73dacd489a548740a7f91cc36")]
    [InlineData(224, 224, ResizeFilter.Bilinear, "229d7c56885cb0d584b0e7c146e46450c7dcca5993a1b71cea7208f56ebfe28c")]
    [InlineData(224, 224, ResizeFilter.Bicubic, "c91ee4e2afb7d4307410fcc456329fb29f1572b7ef5eb677a9632ffcd28aefb5")]
    [InlineData(640, 410, ResizeFilter.Bilinear, "16ffe2e7bb7b6dba11f2c69e5dd81c808d8784f3c90f6a9772e0770a795be688")]
    [InlineData(640, 410, ResizeFilter.Bicubic, "ca3626a694de49e387d03d5e19b8878450165d57b597d1665d7f2225a399a3c8")]
    [InlineData(301, 50, ResizeFilter.Bilinear, "ce77f20230c256a21257852927c39732ec82e777c7365d9cf47233898daadac7")]
    [InlineData(40, 203, ResizeFilter.Bicubic, "9194d329edc652db5f0f82949901ca7dff65e03d98445d52a936121c16cfcfa4")]
    public void Resize_IsPilsToTheBit(int width, int height, ResizeFilter filter, string sha256)
    {
        RgbImage resized = PilResize.Resize(Pattern(301, 203), width, height, filter);

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(resized.Pixels)));
    }

    [Fact]
    public void Vectors_GiveWhatAnyProcessorGives() =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 90], Filters, Gen.Int)
            .Sample(
                (width, height, toWidth, toHeight, filter, seed) =>
                {
                    RgbImage image = Noise(width, height, seed),
                        expected = ByAnyProcessor(image, toWidth, toHeight, filter);

                    Assert.Equal(expected.Pixels, PilResize.Resize(image, toWidth, toHeight, filter).Pixels);
                },
                iter: 2000
            );

    [Fact]
    public void Window_IsWhatCroppingBeforeAndAfterGives() =>
        Gen.Select(Gen.Int[20, 80], Gen.Int[20, 80], Gen.Int[10, 90], Gen.Int[10, 90], Filters, Gen.Int)
            .Sample(
                (width, height, toWidth, toHeight, filter, seed) =>
                {
                    var random = new Random(seed);
                    RgbImage image = Noise(width, height, seed);
                    PixelArea source = Within(width, height, random),
                        window = Within(toWidth, toHeight, random);
                    RgbImage resized = PilResize.Resize(
                        PilResize.Crop(image, source.Left, source.Top, source.Width, source.Height),
                        toWidth,
                        toHeight,
                        filter
                    );
                    RgbImage expected = PilResize.Crop(resized, window.Left, window.Top, window.Width, window.Height);
                    byte[] pixels = new byte[expected.Pixels.Length];

                    PilResize.Resample(image, source, toWidth, toHeight, window, filter, pixels);

                    Assert.Equal(expected.Pixels, pixels);
                    // The rows that the window needs suffice.
                    (int first, int count) = PilResize.NeededRows(source.Height, toHeight, window.Top, window.Height, filter);
                    RgbImage part = PilResize.Crop(image, source.Left, source.Top + first, source.Width, count);
                    Array.Clear(pixels);
                    PilResize.Resample(
                        part,
                        new PixelArea(0, -first, source.Width, source.Height),
                        toWidth,
                        toHeight,
                        window,
                        filter,
                        pixels
                    );
                    Assert.Equal(expected.Pixels, pixels);
                },
                iter: 1000
            );

    /// <summary>Edges within pixels, against the same sums in double precision; each pass rounds once.</summary>
    [Fact]
    public void SourceWithEdgesWithinPixels_IsWhatItsDefinitionGives() =>
        Gen.Select(Gen.Int[20, 60], Gen.Int[5, 90], Gen.Int[0, 7], Gen.Int[0, 7], Filters, Gen.Int)
            .Sample(
                (size, toSize, begin, end, filter, seed) =>
                {
                    // Nothing to clamp.
                    RgbImage image = Noise(size, size, seed);
                    for (int i = 0; i < image.Pixels.Length; i++)
                        image.Pixels[i] = (byte)(80 + image.Pixels[i] % 96);
                    double left = begin / 8.0,
                        length = size - left - end / 8.0;
                    byte[] pixels = new byte[3 * toSize * toSize];

                    PilResize.Resample(
                        image,
                        new SourceArea(left, left, length, length),
                        toSize,
                        toSize,
                        new PixelArea(0, 0, toSize, toSize),
                        filter,
                        pixels
                    );

                    double[,] weights = Definition(filter, size, left, length, toSize);
                    for (int c = 0; c < 3; c++)
                    {
                        int channel = c,
                            x = seed & 3,
                            y = seed >> 2 & 3;
                        double expected = Enumerable
                            .Range(0, size)
                            .Sum(v => weights[y, v] * Enumerable.Range(0, size).Sum(u => weights[x, u] * image.Row(v)[3 * u + channel]));
                        Assert.InRange(pixels[3 * (y * toSize + x) + c], expected - Rounding, expected + Rounding);
                    }
                },
                iter: 500
            );

    [Fact]
    public void Window_BeyondTheResizedPicture_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            PilResize.Resample(
                Pattern(40, 30),
                new PixelArea(0, 0, 40, 30),
                20,
                15,
                new PixelArea(10, 0, 11, 15),
                ResizeFilter.Bilinear,
                new byte[3 * 11 * 15]
            )
        );

    [Fact]
    public void Source_BeyondThePicture_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            PilResize.Resample(
                Pattern(40, 30),
                new PixelArea(1, 0, 40, 30),
                20,
                15,
                new PixelArea(0, 0, 20, 15),
                ResizeFilter.Bilinear,
                new byte[3 * 20 * 15]
            )
        );

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    public void DecodedRows_HaveThePixelsOfTheWholePicture(SKEncodedImageFormat format)
    {
        byte[] file = PictureFiles.Encode(Pattern(301, 203), format, quality: 85);
        RgbImage whole = ImageDecoder.DecodeRgb(file);
        var random = new Random(5);
        for (int i = 0; i < 50; i++)
        {
            int first = random.Next(203),
                count = random.Next(1, 203 - first + 1);

            DecodedImage decoded = ImageDecoder.DecodeRows(
                file,
                (width, height) =>
                {
                    Assert.Equal((301, 203), (width, height));
                    return (first, count);
                }
            );

            Assert.Equal((301, 203), (decoded.Width, decoded.Height));
            Assert.Equal(
                PilResize.Crop(whole, 0, first, 301, count).Pixels,
                PilResize.Crop(decoded.Image, 0, first + (int)decoded.Whole.Top, 301, count).Pixels
            );
        }
    }

    [Fact]
    public void DecodedRows_OfATruncatedFile_AreRefused()
    {
        byte[] file = PictureFiles.Encode(Noise(256, 256, 1), SKEncodedImageFormat.Jpeg, quality: 85);

        for (int length = file.Length / 8; length < file.Length / 2; length += file.Length / 32)
            Assert.Throws<ImageException>(() => ImageDecoder.DecodeRows(file[..length], (_, _) => (16, 224)));
    }

    private static RgbImage ByAnyProcessor(RgbImage image, int width, int height, ResizeFilter filter)
    {
        ResampleWeights across = ResampleWeights.Of(filter, 0, image.Width, width, 0, width),
            down = ResampleWeights.Of(filter, 0, image.Height, height, 0, height);
        RgbImage narrowed = new(width, image.Height),
            result = new(width, height);
        for (int y = 0; y < image.Height; y++)
            ResampleKernel.Row(image.Row(y), 0, narrowed.Row(y), across);
        int stride = 3 * width;
        for (int y = 0; y < height; y++)
            ResampleKernel.Column(narrowed.Pixels.AsSpan(down.Start(y) * stride), stride, down.Of(y), result.Row(y));
        return result;
    }

    // Two roundings to a byte, of which a cubic's negative weights may let the first count a little more than once.
    private const double Rounding = 1.2;

    /// <summary>[outputs, inputs] weights: the filter around each output's centre, stretched when shrinking, scaled so that they sum to
    /// one.</summary>
    private static double[,] Definition(ResizeFilter filter, int inputs, double start, double length, int outputs)
    {
        double scale = length / outputs,
            stretch = Math.Max(scale, 1);
        int last = (int)Math.Ceiling(start + length);
        double[,] weights = new double[outputs, inputs];
        for (int o = 0; o < outputs; o++)
        {
            double[] raw =
            [
                .. Enumerable.Range(0, inputs).Select(i => i < last ? Weight((i + 0.5 - start - (o + 0.5) * scale) / stretch) : 0),
            ];
            for (int i = 0; i < inputs; i++)
                weights[o, i] = raw[i] / raw.Sum();
        }

        return weights;

        double Weight(double x) =>
            (Math.Abs(x), filter) switch
            {
                (>= 1, ResizeFilter.Bilinear) or (>= 2, _) => 0,
                (double d, ResizeFilter.Bilinear) => 1 - d,
                (< 1 and double d, _) => 1.5 * d * d * d - 2.5 * d * d + 1,
                (double d, _) => -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2,
            };
    }

    private static PixelArea Within(int width, int height, Random random)
    {
        int left = random.Next(width),
            top = random.Next(height);
        return new PixelArea(left, top, random.Next(1, width - left + 1), random.Next(1, height - top + 1));
    }

    private static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    private static RgbImage Pattern(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < 3; c++)
                    image.Row(y)[3 * x + c] = (byte)(x * x * 7 + y * 13 * (c + 1) + x * y * 5 + ((x / 4 + y / 3) % 2 == 1 ? 255 : 0));
            }
        }

        return image;
    }
}
