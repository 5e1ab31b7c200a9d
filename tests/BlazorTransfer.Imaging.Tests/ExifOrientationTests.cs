using CsCheck;

namespace BlazorTransfer.Imaging.Tests;

public sealed class ExifOrientationTests
{
    private const int Width = 56;
    private const int Height = 40;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Whole");

    public static TheoryData<string> Containers => ["jpeg", "progressive", "png", "png, after the pixels", "webp", "webp, with prefix"];

    [Theory]
    [MemberData(nameof(Containers))]
    public void AnyDecode_OfAnyFormatByteOrderAndType_AppliesTheOrientation(string container)
    {
        RgbImage stored = ImageDecoder.DecodeRgb(With(container, null));
        foreach (bool isBigEndian in new[] { false, true })
        foreach (bool isLong in new[] { false, true })
            for (int orientation = 1; orientation <= 8; orientation++)
            {
                byte[] file = With(container, ExifFiles.Block((uint)orientation, isBigEndian, isLong));
                RgbImage upright = Turn(stored, orientation);
                string what = $"{container}, orientation {orientation}, big-endian: {isBigEndian}, LONG: {isLong}";

                AssertSame(upright, ImageDecoder.DecodeRgb(file), what);
                AssertSame(upright, ImageDecoder.DecodeRows(file, (_, height) => (0, height)).Image, what);
                ImageProbeResult probe = ImageProbe.Verify(file),
                    header = ImageProbe.Inspect(file);
                Assert.Equal((upright.Width, upright.Height), (probe.Width, probe.Height));
                Assert.Equal((upright.Width, upright.Height), (header.Width, header.Height));
                DecodedImage reduced = ImageDecoder.DecodeReduced(file, 10);
                Assert.Equal((upright.Width, upright.Height), (reduced.Width, reduced.Height));
                AssertSame(Turn(ImageDecoder.DecodeReduced(With(container, null), 10).Image, orientation), reduced.Image, what);
            }
    }

    [Fact]
    public void Thumbnail_OfATurnedPng_StandsUpright()
    {
        byte[] small = Thumbnail.Draw(With("png", ExifFiles.Block(6, isBigEndian: true, isLong: false)), maxSide: 28);

        RgbImage thumbnail = ImageDecoder.DecodeRgb(small);
        Assert.Equal((20, 28), (thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public void AnyDecode_OfBrokenExif_NeverThrowsAndTakesThePictureAsItIs()
    {
        byte[] good = ExifFiles.Block(6, isBigEndian: false, isLong: false);
        Gen.Select(Gen.Int[0, good.Length], Gen.Int[0, good.Length - 1].Array[0, 6], Gen.Byte, Gen.Int[0, 2])
            .Sample(
                (length, places, value, kind) =>
                {
                    string container = new[] { "jpeg", "png", "webp" }[kind];
                    byte[] broken = [.. good];
                    foreach (int place in places)
                        broken[place] = value;
                    byte[] file = With(container, broken[..length]);

                    ImageProbeResult probe = ImageProbe.Verify(file);

                    Assert.True(probe.IsAccepted, probe.Rejection);
                    Assert.Contains((probe.Width, probe.Height), new[] { (Width, Height), (Height, Width) });
                    RgbImage image = ImageDecoder.DecodeRgb(file);
                    Assert.Equal((probe.Width, probe.Height), (image.Width, image.Height));
                },
                iter: 400
            );
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(9u)]
    [InlineData(65542u)]
    [InlineData(uint.MaxValue)]
    public void Read_OfANumberThatIsNoOrientation_IsUpright(uint value) =>
        Assert.Equal(1, ExifOrientation.Read(ExifFiles.Block(value, isBigEndian: true, isLong: true)));

    [Fact]
    public void DecodeRgb_OfTheReportedTurnedPng_EqualsTheUprightOne()
    {
        byte[] turned = File.ReadAllBytes(SharedFiles.Path("data", "reports", "05", "orientation6.png"));
        byte[] upright = File.ReadAllBytes(SharedFiles.Path("data", "reports", "05", "upright.png"));

        RgbImage image = ImageDecoder.DecodeRgb(turned);

        Assert.Equal((120, 160), (image.Width, image.Height));
        AssertSame(ImageDecoder.DecodeRgb(upright), image, "orientation6.png");
    }

    [Fact]
    public void DecodeRgb_OfSharedPhotographsInAllOrientations_GivesOneSizeEach()
    {
        string folder = SharedFiles.Path("data", "odd-images", "exif");
        foreach (string kind in new[] { "Landscape", "Portrait" })
        {
            (int, int)[] sizes =
            [
                .. Directory
                    .GetFiles(folder, $"{kind}_*")
                    .Select(f => ImageDecoder.DecodeRgb(f))
                    .Select(i => (i.Width, i.Height))
                    .Distinct(),
            ];

            Assert.Single(sizes);
        }
    }

    private static byte[] With(string container, byte[]? block)
    {
        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));
        return (container, block) switch
        {
            ("jpeg", null) => Read("baseline.jpg"),
            ("jpeg", _) => ExifFiles.InJpeg(Read("baseline.jpg"), block),
            ("progressive", null) => Read("progressive.jpg"),
            ("progressive", _) => ExifFiles.InJpeg(Read("progressive.jpg"), block),
            ("png" or "png, after the pixels", null) => Read("plain.png"),
            ("png" or "png, after the pixels", _) => ExifFiles.InPng(Read("plain.png"), block, afterPixels: container != "png"),
            (_, null) => Read("lossless.webp"),
            ("webp", _) => ExifFiles.InWebP(Read("lossless.webp"), block, Width, Height),
            _ => ExifFiles.InWebP(Read("lossless.webp"), [.. "Exif\0\0"u8, .. block], Width, Height),
        };
    }

    /// <summary>What each orientation means, pixel by pixel, as the EXIF standard's figure shows it.</summary>
    private static RgbImage Turn(RgbImage stored, int orientation)
    {
        (int w, int h) = (stored.Width, stored.Height);
        RgbImage upright = orientation >= 5 ? new RgbImage(h, w) : new RgbImage(w, h);
        for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
        {
            (int toX, int toY) = orientation switch
            {
                1 => (x, y),
                2 => (w - 1 - x, y),
                3 => (w - 1 - x, h - 1 - y),
                4 => (x, h - 1 - y),
                5 => (y, x),
                6 => (h - 1 - y, x),
                7 => (h - 1 - y, w - 1 - x),
                _ => (y, w - 1 - x),
            };
            stored.Row(y).Slice(3 * x, 3).CopyTo(upright.Row(toY)[(3 * toX)..]);
        }

        return upright;
    }

    private static void AssertSame(RgbImage expected, RgbImage actual, string what)
    {
        Assert.True((expected.Width, expected.Height) == (actual.Width, actual.Height), $"{what}: {actual.Width} × {actual.Height}");
        Assert.True(expected.Pixels.AsSpan().SequenceEqual(actual.Pixels), $"{what}: other pixels");
    }
}
