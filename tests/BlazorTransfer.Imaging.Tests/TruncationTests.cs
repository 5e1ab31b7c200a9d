using CsCheck;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>
/// Files that end too early. <c>Whole</c> holds a drawn picture in each kind of file: cjpeg and cwebp wrote the JPEG and WebP files.
/// </summary>
public sealed class TruncationTests
{
    public static TheoryData<string> WholeFiles =>
        [.. Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Whole");

    [Theory]
    [MemberData(nameof(WholeFiles))]
    public void AnyDecode_OfAFileCutAnywhere_IsRefusedOrGivesTheWholePicture(string name)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Folder, name));

        RefusedOrWhole(whole, Enumerable.Range(0, whole.Length));

        Assert.True(ImageProbe.Verify(whole).IsAccepted);
        Assert.False(ImageProbe.Verify(whole[..(whole.Length / 2)]).IsAccepted);
    }

    [Fact]
    public void AnyDecode_OfATurnedPictureCutAnywhere_IsRefusedOrGivesTheWholePicture()
    {
        byte[] block = ExifFiles.Block(6, isBigEndian: true, isLong: false);
        foreach (
            byte[] whole in new[]
            {
                ExifFiles.InJpeg(Read("progressive.jpg"), block),
                ExifFiles.InPng(Read("plain.png"), block, afterPixels: true),
                ExifFiles.InWebP(Read("lossy.webp"), block, 56, 40),
            }
        )
        {
            RefusedOrWhole(whole, Enumerable.Range(whole.Length / 2, whole.Length - whole.Length / 2));
        }
    }

    /// <summary>A program that repairs files closes what it got with an end marker.</summary>
    [Fact]
    public void Verify_OfAProgressiveJpegCutBeforeItsLastScan_AndClosed_IsRefused()
    {
        byte[] whole = Read("progressive.jpg");
        int[] scans = [.. Enumerable.Range(0, whole.Length - 1).Where(i => whole[i] == 0xFF && whole[i + 1] == 0xDA)];
        Assert.True(scans.Length > 3, $"{scans.Length} scans");

        for (int cut = scans[0]; cut <= scans[^1]; cut += 7)
        {
            byte[] closed = [.. whole[..cut], 0xFF, 0xD9];
            Assert.False(ImageProbe.Verify(closed).IsAccepted, $"{cut} of {whole.Length} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(WholeFiles))]
    public void Verify_OfAFileWithBytesAfterItsEnd_IsAccepted(string name)
    {
        byte[] whole = Read(name);
        Gen.Byte.Array[1, 40]
            .Sample(
                after =>
                {
                    byte[] longer = [.. whole, .. after];
                    Assert.True(ImageProbe.Verify(longer).IsAccepted);
                    Assert.Equal(ImageDecoder.DecodeRgb(whole).Pixels, ImageDecoder.DecodeRgb(longer).Pixels);
                },
                iter: 20
            );
    }

    [Theory]
    [InlineData("first-15-percent.jpg", false)]
    [InlineData("first-60-percent.jpg", false)]
    [InlineData("first-90-percent.jpg", false)]
    [InlineData("baseline-first-60-percent.jpg", false)]
    [InlineData("whole.jpg", true)]
    public void Verify_OfAReportedPhotograph_AcceptsTheWholeOneOnly(string name, bool isWhole)
    {
        byte[] file = File.ReadAllBytes(SharedFiles.Path("data", "reports", "07", name));

        ImageProbeResult result = ImageProbe.Verify(file);

        Assert.Equal(isWhole, result.IsAccepted);
        if (!isWhole)
        {
            Assert.Contains("damaged", result.Rejection, StringComparison.Ordinal);
            Assert.Throws<ImageException>(() => ImageDecoder.DecodeReduced(file, 32));
        }
    }

    [Theory]
    [InlineData("plain.png")]
    [InlineData("interlaced.png")]
    public void Verify_OfAPngWithAWrongByteInItsPixels_IsRejectedAsDamaged(string name)
    {
        byte[] whole = Read(name);
        int first = whole.AsSpan().IndexOf("IDAT"u8) + 4,
            end = whole.AsSpan().IndexOf("tEXt"u8) - 4;
        Gen.Select(Gen.Int[first, end - 1], Gen.Int[1, 255])
            .Sample(
                (at, change) =>
                {
                    byte[] damaged = [.. whole];
                    damaged[at] ^= (byte)change;
                    Assert.False(ImageProbe.Verify(damaged).IsAccepted, $"byte {at} of {whole.Length}");
                },
                iter: 300
            );
    }

    private static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>Each way to decode, at each length.</summary>
    private static void RefusedOrWhole(byte[] whole, IEnumerable<int> lengths)
    {
        Func<byte[], RgbImage>[] ways =
        [
            file => ImageDecoder.DecodeRgb(file),
            file => ImageDecoder.DecodeReduced(file, 10).Image,
            file => ImageDecoder.DecodeRows(file, (_, height) => (0, height)).Image,
            file => ImageDecoder.DecodeRows(file, (_, height) => (height / 2, height - height / 2)).Image,
        ];
        RgbImage[] expected = [.. ways.Select(way => way(whole))];
        foreach (int length in lengths)
        {
            byte[] cut = whole[..length];
            ImageProbeResult probe = ImageProbe.Verify(cut);
            for (int i = 0; i < ways.Length; i++)
            {
                RgbImage? image = null;
                try
                {
                    image = ways[i](cut);
                }
                catch (ImageException)
                {
                    Assert.False(probe.IsAccepted, $"{length} of {whole.Length} bytes: accepted, but way {i} cannot decode it.");
                }

                if (image is not null)
                    Assert.True(
                        (image.Width, image.Height) == (expected[i].Width, expected[i].Height)
                            && image.Pixels.AsSpan().SequenceEqual(expected[i].Pixels),
                        $"{length} of {whole.Length} bytes: way {i} gives another picture."
                    );
            }
        }
    }
}
