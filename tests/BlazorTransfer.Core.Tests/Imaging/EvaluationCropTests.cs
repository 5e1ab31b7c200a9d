using BlazorTransfer.Imaging;

namespace BlazorTransfer.Core.Tests.Imaging;

/// <summary>The evaluation crop is PIL's: shorter side to 256 by antialiased bilinear resampling, then the centre 224 × 224.</summary>
public sealed class EvaluationCropTests
{
    [Fact]
    public void ShorterSideAndCentreCrop_OfRealPhotographs_StayWithinTwoStepsOfPil()
    {
        string crops = SharedFiles.Path("reference", "eval-crops");
        Dictionary<string, string> photographs = Directory
            .EnumerateFiles(SharedFiles.Path("data", "hymenoptera", "val"), "*.jpg", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetFileNameWithoutExtension(f)!, StringComparer.Ordinal);
        string[] references = [.. Directory.EnumerateFiles(crops, "*.png")];
        Assert.NotEmpty(references);

        foreach (string reference in references)
        {
            string name = Path.GetFileNameWithoutExtension(reference);
            RgbImage ours = PilResize.CentreCrop(PilResize.ShorterSide(ImageDecoder.DecodeRgb(photographs[name]), 256), 224);
            RgbImage theirs = ImageDecoder.DecodeRgb(reference);
            double difference = Difference(ours, theirs);
            Assert.True(difference <= 2, $"{name} differs by {difference:F2} of 255 on average.");
        }
    }

    [Fact]
    public void Draw_TwiceFromOneSeed_GivesTheSameImages()
    {
        SampleImage[] first = [.. new SampleDatasetGenerator(7, 2).Draw()], second = [.. new SampleDatasetGenerator(7, 2).Draw()];

        Assert.Equal(first.Select(i => (i.Name, Convert.ToBase64String(i.Jpeg))), second.Select(i => (i.Name, Convert.ToBase64String(i.Jpeg))));
        Assert.NotEqual(Convert.ToBase64String(first[0].Jpeg), Convert.ToBase64String(new SampleDatasetGenerator(8, 2).Draw().First().Jpeg));
    }

    private static double Difference(RgbImage a, RgbImage b)
    {
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        byte[] left = [.. a.Pixels], right = [.. b.Pixels];
        return left.Zip(right, (x, y) => Math.Abs(x - y)).Average();
    }
}
