using BlazorTransfer.Imaging.Fractals;

namespace BlazorTransfer.Imaging.Tests;

public sealed class FractalDatasetTests
{
    private const int Side = 48;

    [Fact]
    public void Draw_TwiceFromOneSeed_GivesTheSameImages()
    {
        FractalDatasetGenerator first = new(3, 4, Side),
            second = new(3, 4, Side),
            other = new(4, 4, Side);

        for (int c = 0; c < 4; c++)
        {
            Assert.Equal(first.Draw(c, 7), second.Draw(c, 7));
            Assert.NotEqual(first.Draw(c, 7), first.Draw(c, 8));
            Assert.NotEqual(first.Draw(c, 7), other.Draw(c, 7));
        }
    }

    /// <summary>No image is a plain colour: what the class is made of fills a fair part of it, and stands out from the ground.</summary>
    [Fact]
    public void Draw_ManyClasses_ShowsAFigureOnAGround()
    {
        const int classes = 30;
        var generator = new FractalDatasetGenerator(0, classes, Side);

        for (int c = 0; c < classes; c++)
        {
            for (int number = 0; number < 5; number++)
            {
                RgbImage image = ImageDecoder.DecodeRgb(generator.Draw(c, number));
                Assert.Equal((Side, Side), (image.Width, image.Height));
                double[] light =
                [
                    .. Enumerable
                        .Range(0, Side * Side)
                        .Select(i => 0.299 * image.Pixels[3 * i] + 0.587 * image.Pixels[3 * i + 1] + 0.114 * image.Pixels[3 * i + 2]),
                ];
                double mean = light.Average(),
                    deviation = Math.Sqrt(light.Average(v => (v - mean) * (v - mean)));
                Assert.True(deviation > 8, $"Image {number} of class {c} is flat: {deviation:F1} of 255.");
            }
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 16)]
    [InlineData(2, 4096)]
    public void Constructor_WithSizesThatMakeNoSense_Throws(int classes, int side) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FractalDatasetGenerator(0, classes, side));
}
