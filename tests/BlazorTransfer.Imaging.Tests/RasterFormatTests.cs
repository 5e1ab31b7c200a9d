using BlazorTransfer.Core.Datasets;
using CsCheck;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Tiff.Constants;
using SixLabors.ImageSharp.PixelFormats;
using TiffKind = BlazorTransfer.Imaging.Tests.RasterFiles.TiffKind;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>The formats that SkiaSharp does not read: TIFF, TGA, GIF and PNM.</summary>
public sealed class RasterFormatTests
{
    /// <summary>Format, file, and the pixels as they must come out.</summary>
    public static TheoryData<ImageFormat, byte[], byte[]> Files =>
        new()
        {
            { ImageFormat.Tiff, RasterFiles.Tiff(2, 1, [10, 200]), [10, 10, 10, 200, 200, 200] },
            { ImageFormat.Tiff, RasterFiles.Tiff(1, 1, [10, 20, 30], new() { Samples = 3 }), [10, 20, 30] },
            {
                ImageFormat.Tiff,
                RasterFiles.Tiff(2, 1, [0xFF, 0x12, 0x00, 0xFE], new() { Bits = 16 }),
                [0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE]
            },
            {
                ImageFormat.Tiff,
                RasterFiles.Tiff(
                    1,
                    1,
                    [0x12, 0xFF, 0x56, 0x78, 0x9A, 0xBC],
                    new()
                    {
                        Bits = 16,
                        Samples = 3,
                        IsBigEndian = true,
                    }
                ),
                [0x12, 0x56, 0x9A]
            },
            { ImageFormat.Tga, RasterFiles.Tga(2, 1, 24, [3, 2, 1, 6, 5, 4]), [1, 2, 3, 4, 5, 6] },
            { ImageFormat.Tga, RasterFiles.Tga(2, 1, 24, [0x81, 3, 2, 1], isPacked: true), [1, 2, 3, 1, 2, 3] },
            { ImageFormat.Tga, RasterFiles.Tga(1, 2, 8, [7, 9]), [7, 7, 7, 9, 9, 9] },
            { ImageFormat.Tga, RasterFiles.Tga(1, 1, 32, [0, 0, 0, 0]), [255, 255, 255] },
            { ImageFormat.Gif, RasterFiles.Gif(), [255, 0, 0, 0, 0, 255] },
            { ImageFormat.Gif, RasterFiles.Gif(moreFrames: 2), [255, 0, 0, 0, 0, 255] },
            { ImageFormat.Pnm, RasterFiles.Pnm("P1 # drawn\n3 1\n101"), [0, 0, 0, 255, 255, 255, 0, 0, 0] },
            {
                ImageFormat.Pnm,
                RasterFiles.Pnm("P4 3 2\n", 0xA0, 0x40),
                [0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255]
            },
            { ImageFormat.Pnm, RasterFiles.Pnm("P2\n2 1\n100\n50 9"), [128, 128, 128, 23, 23, 23] },
            { ImageFormat.Pnm, RasterFiles.Pnm("P5 2 1 255\n", 7, 9), [7, 7, 7, 9, 9, 9] },
            { ImageFormat.Pnm, RasterFiles.Pnm("P5 2 1 65535\n", 0x12, 0xFF, 0xFE, 0x00), [0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE] },
            { ImageFormat.Pnm, RasterFiles.Pnm("P5 1 1 1023\n", 0x01, 0xFF), [127, 127, 127] },
            { ImageFormat.Pnm, RasterFiles.Pnm("P3 1 1 255\n10 20 3"), [10, 20, 3] },
            { ImageFormat.Pnm, RasterFiles.Pnm("P6\n1 1\n255\n", 10, 20, 30), [10, 20, 30] },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_OfARasterFile_GivesItsPixels(ImageFormat format, byte[] file, byte[] expected)
    {
        ImageProbeResult probe = ImageProbe.Verify(file);
        RgbImage image = ImageDecoder.DecodeRgb(file);

        Assert.True(probe.IsAccepted, probe.Rejection?.English);
        Assert.Equal(format, probe.Format);
        Assert.Equal((image.Width, image.Height), (probe.Width, probe.Height));
        Assert.Equal(expected, image.Pixels);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_OfARasterFileCutAnywhere_IsRefusedOrGivesTheWholePicture(ImageFormat format, byte[] file, byte[] expected)
    {
        for (int length = 0; length < file.Length; length++)
        {
            if (ImageProbe.Verify(file[..length]) is { IsAccepted: true } probe)
            {
                Assert.Equal(format, probe.Format);
                Assert.Equal(expected, ImageDecoder.DecodeRgb(file[..length]).Pixels);
            }
        }
    }

    [Theory]
    [InlineData(TiffCompression.None)]
    [InlineData(TiffCompression.Lzw)]
    [InlineData(TiffCompression.Deflate)]
    [InlineData(TiffCompression.PackBits)]
    public void Decode_OfACompressedTiffCutAnywhere_IsRefusedOrGivesTheWholePicture(TiffCompression compression)
    {
        using var drawn = new Image<Rgb24>(40, 30);
        for (int i = 0; i < 40 * 30; i++)
            drawn[i % 40, i / 40] = new Rgb24((byte)(i * 7), (byte)(i / 40 * 3), (byte)(i % 40));
        using var stream = new MemoryStream();
        drawn.SaveAsTiff(stream, new TiffEncoder { Compression = compression });
        byte[] whole = stream.ToArray();
        RgbImage expected = ImageDecoder.DecodeRgb(whole);
        Assert.Equal(unchecked((byte)(41 * 7)), expected.Row(1)[3]);

        for (int length = 0; length < whole.Length; length += 11)
        {
            if (ImageProbe.Verify(whole[..length]).IsAccepted)
                Assert.Equal(expected.Pixels, ImageDecoder.DecodeRgb(whole[..length]).Pixels);
        }

        Assert.False(ImageProbe.Verify(whole[..(whole.Length / 2)]).IsAccepted);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Verify_OfADamagedRasterFile_AnswersWithoutThrowing(ImageFormat format, byte[] file, byte[] expected)
    {
        Assert.NotEmpty(expected);
        Gen.Select(Gen.Int[0, file.Length - 1].Array[1, 6], Gen.Byte)
            .Sample(
                (places, value) =>
                {
                    byte[] damaged = [.. file];
                    foreach (int place in places)
                        damaged[place] = value;
                    // A small limit, so that sizes that the damage makes up cost nothing.
                    var limits = new ImageLimits(1 << 20, 1_000_000, 1);
                    ImageProbeResult result = ImageProbe.Verify(damaged, limits);
                    if (result.IsAccepted)
                        Assert.Equal(result.Width, ImageDecoder.DecodeRgb(damaged, limits).Width);
                    else
                        Assert.True(result.Rejection.English.Length > 10, format.ToString());
                },
                iter: 200
            );
    }

    /// <summary>Files of a few bytes that unfold to gigabytes.</summary>
    public static TheoryData<string, byte[]> Bombs =>
        new()
        {
            { "TIFF", RasterFiles.Tiff(60_000, 60_000, [1, 2, 3], new() { Compression = 5 }) },
            { "TGA", RasterFiles.Tga(60_000, 60_000, 24, [0xFF, 1, 2, 3], isPacked: true) },
            { "PNM", RasterFiles.Pnm("P6 60000 60000 255\n", 1) },
            { "GIF", [.. "GIF89a"u8, 0x60, 0xEA, 0x60, 0xEA, .. RasterFiles.Gif()[10..]] },
        };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Verify_OfARasterFileThatUnfoldsToGigabytes_IsRejectedByItsHeader(string name, byte[] file)
    {
        ImageProbeResult result = ImageProbe.Verify(file);

        Assert.False(result.IsAccepted);
        Assert.True(result.Rejection.English.Contains("megapixels", StringComparison.Ordinal), $"{name}: {result.Rejection}");
    }

    [Fact]
    public void Verify_OfAGifWhoseFrameIsLargerThanThePicture_IsRejected()
    {
        byte[] file = RasterFiles.Gif();
        int frame = Array.IndexOf(file, (byte)0x2C);
        (file[frame + 5], file[frame + 6], file[frame + 7], file[frame + 8]) = (0xFF, 0xFF, 0xFF, 0xFF);

        Assert.False(ImageProbe.Verify(file).IsAccepted);
    }

    [Theory]
    [InlineData(6, 1, 2)]
    [InlineData(3, 2, 1)]
    public void Decode_OfATurnedTiff_IsUpright(int orientation, int width, int height)
    {
        byte[] file = RasterFiles.Tiff(2, 1, [10, 200], new() { Orientation = orientation });

        RgbImage image = ImageDecoder.DecodeRgb(file);

        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(orientation == 3 ? 200 : 10, image.Pixels[0]);
    }

    public static TheoryData<string, TiffKind> OtherTiffs =>
        new()
        {
            {
                "fractions",
                new() { Bits = 32, SampleFormat = 3 }
            },
            {
                "signed",
                new() { SampleFormat = 2 }
            },
            {
                "tiles",
                new() { IsTiled = true }
            },
        };

    [Theory]
    [MemberData(nameof(OtherTiffs))]
    public void Verify_OfATiffThatIsNotRead_SaysWhy(string word, TiffKind kind)
    {
        ImageProbeResult result = ImageProbe.Verify(RasterFiles.Tiff(1, 1, [0, 0, 0, 0], kind));

        Assert.False(result.IsAccepted);
        Assert.Contains(word, result.Rejection.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_OfPagesInACircle_CountsThemOnce()
    {
        ImageProbeResult result = ImageProbe.Verify(RasterFiles.Tiff(1, 1, [7], new() { Next = 8 }));

        Assert.True(result.IsAccepted is false || result.Frames == 1, $"{result.Frames}");
    }

    [Fact]
    public void Verify_OfAnAnimatedGif_CountsItsFrames() => Assert.Equal(3, ImageProbe.Verify(RasterFiles.Gif(moreFrames: 2)).Frames);

    [Theory]
    [InlineData("basn0g16.png")]
    [InlineData("basn2c16.png")]
    [InlineData("basn6a16.png")]
    public void Decode_OfA16BitPng_KeepsTheHighByte(string name)
    {
        byte[] file = File.ReadAllBytes(SharedFiles.Path("data", "odd-images", "pngsuite", name));
        using Image<Rgba64> reference = Image.Load<Rgba64>(file);

        RgbImage image = ImageDecoder.DecodeRgb(file);

        Rgba64 pixel = reference[20, 11];
        int alpha = pixel.A >> 8;
        Assert.Equal((byte)(((pixel.R >> 8) * alpha + 255 * (255 - alpha) + 127) / 255), image.Row(11)[3 * 20]);
    }

    [Fact]
    public void FromFolder_OfOddImages_TakesAllButTheFilesThatAreBrokenOnPurpose()
    {
        string folder = SharedFiles.Path("data", "odd-images");

        ImportResult import = FolderImport.FromFolder(folder);

        string[] names = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!)];
        string[] broken = [.. names.Where(n => n[0] == 'x' || !Path.HasExtension(n) || Path.GetExtension(n) == ".README")];
        // Some of the suite's files are the same byte for byte.
        RejectedFile[] others = [.. import.Rejected.Where(r => r.Reason.Code != "skipped.duplicate")];
        Assert.Equal(broken.Order(), others.Select(r => Path.GetFileName(r.Name)).Order());
        Assert.Equal(names.Length, import.Rejected.Count + import.Manifest.Samples.Count);
    }

    [Fact]
    public void DecodeRegion_OfAnyFormat_EqualsTheCroppedPicture()
    {
        foreach (string path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Whole")))
        {
            byte[] file = File.ReadAllBytes(path);
            RgbImage whole = ImageDecoder.DecodeRgb(file);
            var area = new PixelArea(5, 9, 17, 11);

            RgbImage region = ImageDecoder.DecodeRegion(file, area);

            Assert.Equal((17, 11), (region.Width, region.Height));
            for (int y = 0; y < area.Height; y++)
                Assert.True(
                    whole.Row(y + area.Top).Slice(3 * area.Left, 3 * area.Width).SequenceEqual(region.Row(y)),
                    $"{Path.GetFileName(path)}, row {y}"
                );
        }
    }

    [Theory]
    [InlineData(-1, 0, 4, 4)]
    [InlineData(0, 0, 0, 4)]
    [InlineData(0, 0, 4, 1000)]
    [InlineData(int.MaxValue, 0, 4, 4)]
    [InlineData(4, 4, int.MaxValue, 4)]
    public void DecodeRegion_OutsideThePicture_IsRefusedInWords(int left, int top, int width, int height)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Whole", "baseline.jpg"));

        ImageException e = Assert.Throws<ImageException>(() => ImageDecoder.DecodeRegion(file, new PixelArea(left, top, width, height)));

        Assert.Contains("not inside of the picture", e.Message, StringComparison.Ordinal);
    }
}
