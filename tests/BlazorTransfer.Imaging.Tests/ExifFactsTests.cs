using System.Buffers.Binary;
using System.Text;

namespace BlazorTransfer.Imaging.Tests;

public sealed class ExifFactsTests : IDisposable
{
    private const ushort Ascii = 2;
    private const ushort Short = 3;
    private const ushort Long = 4;
    private const ushort Rational = 5;
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-exif-").FullName;

    [Fact]
    public void Read_OfAPhotograph_GivesWhatTheCameraWrote()
    {
        ExifFacts facts = ExifFacts.Read(Write(ExifFiles.InJpeg(Jpeg(), Photograph())));

        Assert.Equal("Canon EOS 80D", facts.Camera);
        Assert.Equal(new DateTime(2024, 5, 6, 7, 8, 9), facts.TakenAt);
        Assert.Equal(1 / 250.0, facts.ExposureSeconds!.Value, 6);
        Assert.Equal(2.8, facts.Aperture!.Value, 6);
        Assert.Equal(400, facts.Iso);
    }

    [Fact]
    public void Read_WithoutExif_GivesNothing() => Assert.Equal(new ExifFacts(), ExifFacts.Read(Write(Jpeg())));

    [Fact]
    public void Read_OfAnythingElse_GivesNothing()
    {
        byte[] photograph = ExifFiles.InJpeg(Jpeg(), Photograph());

        Assert.Equal(new ExifFacts(), ExifFacts.Read(Write("<svg/>"u8.ToArray())));
        Assert.Equal(new ExifFacts(), ExifFacts.Read(Path.Combine(_folder, "missing")));
        // Whatever is cut off, a file is read or is not, and nothing is thrown.
        for (int length = 0; length < photograph.Length; length += 7)
            ExifFacts.Read(Write(photograph[..length]));
    }

    [Theory]
    [InlineData(1 / 250.0, "1/250 s")]
    [InlineData(0.5, "0.5 s")]
    [InlineData(30, "30 s")]
    public void Exposure_IsWrittenAsOnACamera(double seconds, string expected) => Assert.Equal(expected, ExifFacts.Exposure(seconds));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(byte[] file)
    {
        string path = Path.Combine(_folder, "image");
        File.WriteAllBytes(path, file);
        return path;
    }

    private static byte[] Jpeg()
    {
        using var stream = new MemoryStream();
        JpegEncoder.Encode(new RgbImage(8, 8), stream, 90);
        return stream.ToArray();
    }

    private static byte[] Photograph()
    {
        const int details = 100,
            values = 200;
        byte[] block = new byte[400];
        "II*\0"u8.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4), 8);
        int free = values;
        Fields(8, (0x010F, Ascii, "Canon"), (0x0110, Ascii, "Canon EOS 80D"), (0x8769, Long, (uint)details));
        Fields(
            details,
            (0x829A, Rational, (1u, 250u)),
            (0x829D, Rational, (28u, 10u)),
            (0x8827, Short, 400u),
            (0x9003, Ascii, "2024:05:06 07:08:09")
        );
        return block;

        void Fields(int at, params (ushort Tag, ushort Type, object Value)[] fields)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(at), (ushort)fields.Length);
            at += 2;
            foreach ((ushort tag, ushort type, object value) in fields)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(at), tag);
                BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(at + 2), type);
                byte[] content = value switch
                {
                    string text => [.. Encoding.ASCII.GetBytes(text), 0],
                    (uint numerator, uint denominator) => [.. BitConverter.GetBytes(numerator), .. BitConverter.GetBytes(denominator)],
                    uint number => BitConverter.GetBytes(number),
                    _ => throw new ArgumentOutOfRangeException(nameof(fields)),
                };
                BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(at + 4), type == Ascii ? (uint)content.Length : 1);
                if (content.Length <= 4)
                    content.CopyTo(block, at + 8);
                else
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(at + 8), (uint)free);
                    content.CopyTo(block, free);
                    free += content.Length;
                }

                at += 12;
            }
        }
    }
}
