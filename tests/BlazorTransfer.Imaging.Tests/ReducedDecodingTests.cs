using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>A JPEG decoded at k/8 of its size shows, once resized, what the whole picture shows.</summary>
public sealed class ReducedDecodingTests
{
    // Sides that are no multiples of 8, so that the last column and row of a reduced picture are only partly filled.
    private const int Width = 333,
        Height = 251,
        Kept = 128;

    /// <summary>Without regard to what the last column shows, the far edge would be most of a pixel off.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Reduced_ShowsTheSameAtEachEdge_InAnyOrientation(int orientation)
    {
        byte[] file = PictureFiles.WithOrientation(PictureFiles.Encode(Ramps(), quality: 98), orientation);
        RgbImage whole = ImageDecoder.DecodeRgb(file);
        DecodedImage reduced = ImageDecoder.DecodeReduced(file, Kept);

        Assert.Equal((whole.Width, whole.Height), (reduced.Width, reduced.Height));
        Assert.True(
            reduced.Image.ShorterSide is >= Kept and < Kept + Height / 8 + 1,
            $"{reduced.Image.ShorterSide} rows or columns were kept."
        );
        RgbImage expected = PilResize.ShorterSide(whole, Kept),
            actual = PilResize.ShorterSide(reduced, Kept);
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.All(
            Edges(expected),
            edge =>
                Assert.True(
                    Math.Abs(Mean(expected, edge) - Mean(actual, edge)) < 0.3,
                    $"At {edge} the picture has {Mean(expected, edge):F2}, reduced {Mean(actual, edge):F2}."
                )
        );
    }

    [Theory]
    [InlineData(SkiaSharp.SKEncodedImageFormat.Png)]
    [InlineData(SkiaSharp.SKEncodedImageFormat.Webp)]
    public void OtherFormats_AreDecodedWhole(SkiaSharp.SKEncodedImageFormat format)
    {
        DecodedImage decoded = ImageDecoder.DecodeReduced(PictureFiles.Encode(Ramps(), format, quality: 100), Kept);

        Assert.Equal((Width, Height, Width), (decoded.Width, decoded.Height, decoded.Image.Width));
    }

    [Fact]
    public void SmallPicture_IsDecodedWhole() =>
        Assert.Equal(Height, ImageDecoder.DecodeReduced(PictureFiles.Encode(Ramps(), quality: 90), Height).Image.Height);

    /// <summary>The figures that <see cref="ImageDecoder.DecodeReduced"/> tells, in levels of 255 on average.</summary>
    [Theory]
    [InlineData(1, 2.2)]
    [InlineData(3, 0.4)]
    public void Photographs_DifferFromTheWholePictureByLessThanTheirNoise(int detail, double levels)
    {
        const int Side = 73;
        string[] photographs =
        [
            .. Directory
                .EnumerateFiles(SharedFiles.Path("data", "hymenoptera", "val"), "*.jpg", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Take(40),
        ];
        double mean = photographs.Average(path =>
        {
            byte[] file = File.ReadAllBytes(path);
            RgbImage expected = PilResize.ShorterSide(ImageDecoder.DecodeRgb(file), Side),
                actual = PilResize.ShorterSide(ImageDecoder.DecodeReduced(file, detail * Side), Side);
            return expected.Pixels.Zip(actual.Pixels, (a, b) => Math.Abs(a - b)).Average();
        });

        Assert.InRange(mean, 0.01, levels);
    }

    /// <summary>Red grows to the right, green downwards, blue along the diagonal, all steeply.</summary>
    private static RgbImage Ramps()
    {
        var image = new RgbImage(Width, Height);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                Span<byte> pixel = image.Row(y).Slice(3 * x, 3);
                (pixel[0], pixel[1], pixel[2]) = (Triangle(4 * x), Triangle(4 * y), Triangle(2 * (x + y)));
            }
        }

        return image;
    }

    private static byte Triangle(int at) => (byte)Math.Abs(at % 480 - 240);

    private static IEnumerable<PixelArea> Edges(RgbImage image) =>
        [
            new(0, 0, 3, image.Height),
            new(image.Width - 3, 0, 3, image.Height),
            new(0, 0, image.Width, 3),
            new(0, image.Height - 3, image.Width, 3),
        ];

    private static double Mean(RgbImage image, PixelArea area) =>
        PilResize.Crop(image, area.Left, area.Top, area.Width, area.Height).Pixels.Average(v => (double)v);
}
