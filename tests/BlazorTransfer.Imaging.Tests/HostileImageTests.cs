using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CsCheck;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>Files that are not what they say, and photographs that lie on their side.</summary>
public sealed class HostileImageTests
{
    [Fact]
    public void Verify_OfAnyDamagedJpeg_AnswersWithoutThrowing()
    {
        byte[] whole = Jpeg(64, 48);
        Gen.Select(Gen.Int[0, whole.Length - 1].Array[1, 12], Gen.Byte, Gen.Int[1, whole.Length])
            .Sample(
                (places, value, length) =>
                {
                    byte[] damaged = [.. whole];
                    foreach (int place in places)
                        damaged[place] = value;
                    ImageProbeResult result = ImageProbe.Verify(damaged[..length]);

                    Assert.True(result.IsAccepted || result.Rejection.English.Length > 10);
                    // What was accepted can be decoded; nothing is left for the training run to stumble over.
                    if (result.IsAccepted)
                        Assert.Equal((result.Width, result.Height), Size(ImageDecoder.DecodeRgb(damaged[..length])));
                },
                iter: 400
            );
    }

    [Fact]
    public void Verify_OfATruncatedJpeg_IsRejectedAsDamaged()
    {
        byte[] whole = Jpeg(256, 256);

        ImageProbeResult result = ImageProbe.Verify(whole[..(whole.Length / 3)]);

        Assert.False(result.IsAccepted);
        Assert.Contains("damaged", result.Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_OfAPngThatUnfoldsToGigabytes_IsRejectedByItsHeader()
    {
        byte[] bomb = Png(40_000, 40_000, []);

        ImageProbeResult result = ImageProbe.Verify(bomb);

        Assert.False(result.IsAccepted);
        Assert.Contains("megapixels", result.Rejection, StringComparison.Ordinal);
        Assert.Throws<ImageException>(() => ImageDecoder.DecodeRgb(bomb));
    }

    public static TheoryData<string, string> OtherFiles =>
        new()
        {
            { "", "empty" },
            { "GIF89a\x01\x00\x01\x00", "GIF" },
            { "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "" },
            { "<html><body>404 Not Found</body></html>", "" },
            { "%PDF-1.7", "" },
            { "PK\x03\x04", "" },
            { "just text", "" },
        };

    [Theory]
    [MemberData(nameof(OtherFiles))]
    public void Verify_OfSomethingElse_SaysWhatItIs(string content, string word)
    {
        ImageProbeResult result = ImageProbe.Verify(Encoding.Latin1.GetBytes(content));

        Assert.False(result.IsAccepted);
        Assert.Contains(word, result.Rejection, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(".", result.Rejection, StringComparison.Ordinal);
    }

    /// <summary>The upper left corner of the upright picture is white, whatever way it is stored.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Decode_WithAnExifOrientation_IsUpright(int orientation)
    {
        // An upright picture of 48 × 32, white in its upper left quarter, stored as the orientation says.
        bool swaps = orientation >= 5;
        int width = swaps ? 32 : 48,
            height = swaps ? 48 : 32;
        var stored = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int uprightX, int uprightY) = orientation switch
                {
                    1 => (x, y),
                    2 => (47 - x, y),
                    3 => (47 - x, 31 - y),
                    4 => (x, 31 - y),
                    5 => (y, x),
                    6 => (47 - y, x),
                    7 => (47 - y, 31 - x),
                    _ => (y, 31 - x),
                };
                if (uprightX < 24 && uprightY < 16)
                    stored.Row(y).Slice(3 * x, 3).Fill(255);
            }
        }

        byte[] file = PictureFiles.WithOrientation(PictureFiles.Encode(stored, quality: 95), orientation);
        RgbImage upright = ImageDecoder.DecodeRgb(file);
        ImageProbeResult probe = ImageProbe.Verify(file);

        Assert.Equal((48, 32), Size(upright));
        Assert.Equal((48, 32), (probe.Width, probe.Height));
        Assert.True(
            upright.Row(8)[3 * 12] > 200 && upright.Row(8)[3 * 36] < 60 && upright.Row(24)[3 * 12] < 60,
            $"Orientation {orientation} is not upright."
        );
    }

    private static (int, int) Size(RgbImage image) => (image.Width, image.Height);

    private static byte[] Jpeg(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(i * 7 % 251);
        return PictureFiles.Encode(image, quality: 95);
    }

    private static byte[] Png(int width, int height, byte[] rows)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] length = new byte[4],
            check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32(body));
        return [.. length, .. body, .. check];
    }

    private static uint Crc32(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }
}
