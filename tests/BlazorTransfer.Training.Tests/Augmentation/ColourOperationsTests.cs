using BlazorTransfer.Training.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Augmentation;

/// <summary>Changes of colour and tone against values worked out by hand, and loops over pixels.</summary>
public sealed class ColourOperationsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void AtTheirNeutralAmount_ImagesStay()
    {
        Tensor images = Pictures.Random(2, 9);
        (PixelOperation Operation, double Neutral)[] operations =
        [
            (ColourOperations.Brightness, 1),
            (ColourOperations.Contrast, 1),
            (ColourOperations.Saturation, 1),
            (ColourOperations.Hue, 0),
            (ColourOperations.Hue, 1),
            (ToneOperations.Posterize, 8),
            (ToneOperations.Solarize, 1.01),
            (FilterOperations.Blur, 0),
            (FilterOperations.Sharpness, 1),
        ];

        Assert.All(
            operations,
            o => Assert.Equal(0, Pictures.Distance(images, Pictures.Apply(o.Operation, images, [o.Neutral], [o.Neutral])), 2e-6)
        );
    }

    [Fact]
    public void OnOnePixel_GivesWhatTheFormulasSay()
    {
        Tensor pixel = tensor([0.8f, 0.4f, 0.2f], [1, 3, 1, 1]);
        const double grey = 0.2989 * 0.8 + 0.587 * 0.4 + 0.114 * 0.2;

        AssertPixel([1, 0.6, 0.3], Pictures.Apply(ColourOperations.Brightness, pixel, [1.5]));
        AssertPixel([0.4 + grey / 2, 0.2 + grey / 2, 0.1 + grey / 2], Pictures.Apply(ColourOperations.Saturation, pixel, [0.5]));
        AssertPixel([grey, grey, grey], Pictures.Apply(ColourOperations.Saturation, pixel, [0]));
        AssertPixel([grey, grey, grey], Pictures.Apply(ColourOperations.Grey, pixel, []));
        // A third of the circle: red becomes green.
        AssertPixel([0.2, 0.8, 0.4], Pictures.Apply(ColourOperations.Hue, pixel, [1.0 / 3]));
        AssertPixel([0.4, 0.2, 0.8], Pictures.Apply(ColourOperations.Hue, pixel, [-1.0 / 3]));
        // Half of it: the complement.
        AssertPixel([0.2, 0.6, 0.8], Pictures.Apply(ColourOperations.Hue, pixel, [0.5]));
    }

    [Fact]
    public void Contrast_MovesPixelsToOrFromTheImagesOwnMeanGrey()
    {
        Tensor images = cat([full([1, 3, 2, 2], 0.25), full([1, 3, 2, 2], 0.5)]);
        images[1, .., 0, 0] = tensor(0.9f);

        Tensor half = Pictures.Apply(ColourOperations.Contrast, images, [0.5], [0.5]);

        // The weights of the channels add up to 0.9999.
        double mean = 0.9999 * (3 * 0.5 + 0.9) / 4;
        Assert.Equal(0.25, half[0].mean().item<float>(), 1e-4);
        Assert.Equal(0.45 + mean / 2, half[1, 0, 0, 0].item<float>(), 1e-5);
        Assert.Equal(0.25 + mean / 2, half[1, 0, 1, 1].item<float>(), 1e-5);
    }

    [Fact]
    public void Hue_OfRandomPixels_IsThatOfALoopThroughHsv()
    {
        Tensor images = Pictures.Random(1, 16);
        const double turn = 0.17;

        float[] turned = Pictures.Values(Pictures.Apply(ColourOperations.Hue, images, [turn])),
            before = Pictures.Values(images);

        for (int i = 0; i < 256; i++)
        {
            double[] expected = Turn(before[i], before[256 + i], before[512 + i], turn);
            for (int c = 0; c < 3; c++)
                Assert.Equal(expected[c], turned[256 * c + i], 1e-5);
        }
    }

    [Fact]
    public void ToneOperations_GiveWhatPilDoes()
    {
        Tensor ramp = arange(256).to(ScalarType.Float32).div(255f).reshape(1, 1, 16, 16).repeat(1, 3, 1, 1);

        Assert.Equal(
            Enumerable.Range(0, 256).Select(v => v & 0b1110_0000),
            Pictures.Values(Pictures.Apply(ToneOperations.Posterize, ramp, [3])).Take(256).Select(v => (int)MathF.Round(v * 255))
        );
        float[] solarized = Pictures.Values(Pictures.Apply(ToneOperations.Solarize, ramp, [0.5]));
        Assert.Equal((127 / 255f, 127 / 255f), (solarized[127], MathF.Round(solarized[128] * 255) / 255f));
        // A ramp is spread evenly already; half of one is stretched by either.
        Assert.Equal(0, Pictures.Distance(ramp, Pictures.Apply(ToneOperations.Equalize, ramp, [])), 1e-6);
        Tensor dull = ramp * 0.5 + 0.25;
        Assert.Equal(0, Pictures.Distance(ramp, Pictures.Apply(ToneOperations.AutoContrast, dull, [])), 1e-6);
        Tensor flat = full([1, 3, 4, 4], 0.4f);
        Assert.Equal(0, Pictures.Distance(flat, Pictures.Apply(ToneOperations.AutoContrast, flat, [])), 1e-6);
        Assert.Equal(0, Pictures.Distance(flat, Pictures.Apply(ToneOperations.Equalize, flat, [])), 2e-6);
    }

    [Fact]
    public void Equalize_OfRandomImages_IsThatOfPilsLoop()
    {
        Tensor images = Pictures.Random(2, 40).square();
        images = (images * 255).floor() / 255;

        float[] equalized = Pictures.Values(Pictures.Apply(ToneOperations.Equalize, images, [], [])),
            before = Pictures.Values(images);

        foreach (int[] channel in Enumerable.Range(0, before.Length).Chunk(1600))
        {
            int[] values = [.. channel.Select(i => (int)MathF.Round(before[i] * 255))],
                histogram = new int[256];
            foreach (int v in values)
                histogram[v]++;
            int step = (1600 - histogram[values.Max()]) / 255,
                sum = step / 2;
            int[] table = new int[256];
            for (int v = 0; v < 256; v++)
            {
                table[v] = sum / step;
                sum += histogram[v];
            }

            Assert.Equal(values.Select(v => Math.Min(255, table[v])), channel.Select(i => (int)MathF.Round(equalized[i] * 255)));
        }
    }

    private static void AssertPixel(double[] expected, Tensor pixel) =>
        Assert.All(expected.Zip(Pictures.Values(pixel)), p => Assert.Equal(p.First, p.Second, 1e-5));

    private static double[] Turn(double r, double g, double b, double turn)
    {
        double value = Math.Max(r, Math.Max(g, b)),
            chroma = value - Math.Min(r, Math.Min(g, b));
        double hue =
            chroma == 0 ? 0
            : value == r ? (g - b) / chroma
            : value == g ? 2 + (b - r) / chroma
            : 4 + (r - g) / chroma;
        hue = (hue + 6 * turn + 6) % 6;
        double x = value - chroma + chroma * (1 - Math.Abs(hue % 2 - 1)),
            low = value - chroma;
        return (int)hue switch
        {
            0 => [value, x, low],
            1 => [x, value, low],
            2 => [low, value, x],
            3 => [low, x, value],
            4 => [x, low, value],
            _ => [value, low, x],
        };
    }
}
