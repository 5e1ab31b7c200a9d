namespace BlazorTransfer.Imaging.Tests;

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

    /// <summary>The SHA-256 of the pixels that PIL 9.4 gives for the same picture.</summary>
    [Theory]
    [InlineData(11, 8, "75282f224d14541dbac45b814e1fc4e4059e92c7346c4b09d6350bd79aebb8eb")]
    [InlineData(40, 30, "b5a84ef1407d6a606edaa0bca9a11c8ece16964936f6fd16fc39df2fc4e03244")]
    public void Bicubic_DownAndUp_IsPilsToTheBit(int width, int height, string sha256)
    {
        var image = new RgbImage(23, 17);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                for (int c = 0; c < 3; c++)
                    image.Row(y)[3 * x + c] = (byte)(x * x * 7 + y * 13 * (c + 1) + x * y * 5 + ((x / 4 + y / 3) % 2 == 1 ? 255 : 0));
            }
        }

        RgbImage resized = PilResize.Resize(image, width, height, ResizeFilter.Bicubic);

        Assert.Equal(sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(resized.Pixels)));
    }

    private static double Difference(RgbImage a, RgbImage b)
    {
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        byte[] left = [.. a.Pixels],
            right = [.. b.Pixels];
        return left.Zip(right, (x, y) => Math.Abs(x - y)).Average();
    }
}
