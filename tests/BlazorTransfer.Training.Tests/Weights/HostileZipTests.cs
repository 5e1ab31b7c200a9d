using System.Buffers.Binary;
using System.IO.Compression;
using BlazorTransfer.Fuzzing;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>The tricks of zip files, played on one that is right until then.</summary>
public sealed class HostileZipTests
{
    // Offsets in the three records: local header, directory entry, end.
    private const int LocalCompressed = 18,
        LocalSize = 22,
        Flags = 8,
        Compressed = 20,
        Size = 24,
        Header = 42,
        Count = 10,
        DirectoryLength = 12,
        DirectoryBegin = 16;
    private static readonly (string Name, byte[] Bytes)[] Parts = [.. WeightsSeed.Of("pth")[0].Parts];

    [Fact]
    public void Read_WithTwoEntriesOfOneName_Refuses() =>
        Assert.Contains(
            "two entries named 'archive/data/0'",
            Refusal(WeightsSeed.Zip([.. Parts, ("archive/data/0", new byte[24])])),
            StringComparison.Ordinal
        );

    [Fact]
    public void Read_WithTwoPickles_RefusesToChoose() =>
        Assert.Contains(
            "more than one",
            Refusal(WeightsSeed.Zip([.. Parts, ("other/data.pkl", Parts[0].Bytes)])),
            StringComparison.Ordinal
        );

    [Fact]
    public void Read_FromBigEndianMachine_Refuses() =>
        Assert.Contains(
            "big-endian",
            Refusal(WeightsSeed.Zip([.. Parts.Select(p => p.Name == "archive/byteorder" ? (p.Name, "big"u8.ToArray()) : p)])),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("PK\u0003\u0004", LocalCompressed, 1u, "directory is damaged")]
    [InlineData("PK\u0003\u0004", LocalSize, 1u, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Size, 1u << 30, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Compressed, 1u << 30, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Size, uint.MaxValue, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Header, 5u, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Header, uint.MaxValue, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Header, int.MaxValue, "directory is damaged")]
    [InlineData("PK\u0001\u0002", Flags, 1u, "not stored")]
    [InlineData("PK\u0005\u0006", Count, 0xfffefffeu, "directory is damaged")]
    [InlineData("PK\u0005\u0006", Count, 0xffffffffu, "directory is damaged")]
    [InlineData("PK\u0005\u0006", DirectoryLength, 40u, "directory is damaged")]
    [InlineData("PK\u0005\u0006", DirectoryLength, 1u << 31, "directory is damaged")]
    [InlineData("PK\u0005\u0006", DirectoryBegin, 1u << 31, "directory is damaged")]
    [InlineData("PK\u0005\u0006", DirectoryBegin, 0u, "directory is damaged")]
    public void Read_WithLyingRecord_Refuses(string record, int offset, uint value, string words)
    {
        byte[] file = WeightsSeed.Zip(Parts);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(IndexOf(file, record) + offset), value);

        Assert.Contains(words, Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithEntryBeyondTheData_Refuses()
    {
        byte[] file = WeightsSeed.Zip(Parts);
        // Both records agree on a size that the file does not have.
        foreach (int at in new[] { IndexOf(file, "PK\u0003\u0004") + LocalCompressed, IndexOf(file, "PK\u0001\u0002") + Compressed })
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), 1u << 30);
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + 4), 1u << 30);
        }

        Assert.Contains("leaves the zip file", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithEntryInsideAnother_Refuses()
    {
        // The first entry's content holds a local header and the content of the second, and the directory points there.
        byte[] inner = WeightsSeed.Zip([("b", new byte[100])]);
        byte[] file = WeightsSeed.Zip([("a", inner[..131]), ("b", new byte[100])]);
        int second = IndexOf(file, "PK\u0001\u0002", IndexOf(file, "PK\u0001\u0002") + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(second + Header), (uint)IndexOf(file, "PK\u0003\u0004", 1));

        Assert.Contains("overlap", Refusal(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("archive/data.pkl")]
    [InlineData("archive/data/0")]
    public void Read_WithCompressedBomb_RefusesWithoutInflating(string name)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string part, byte[] bytes) in Parts)
            {
                using Stream content = zip.CreateEntry(part, part == name ? CompressionLevel.SmallestSize : CompressionLevel.NoCompression)
                    .Open();
                content.Write(part == name ? new byte[50 << 20] : bytes);
            }
        }

        byte[] file = stream.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("not stored", Refusal(file), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(32, "too many entries")]
    [InlineData(40, "directory is damaged")]
    [InlineData(48, "directory is damaged")]
    public void Read_WithZip64_ReadsIt_AndRefusesItsLies(int lie, string? words)
    {
        byte[] file = WeightsSeed.Zip(Parts);
        int end = IndexOf(file, "PK\u0005\u0006");
        byte[] end64 = new byte[56],
            locator = new byte[20];
        "PK\u0006\u0006"u8.CopyTo(end64);
        BinaryPrimitives.WriteInt64LittleEndian(end64.AsSpan(32), BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(end + Count)));
        BinaryPrimitives.WriteInt64LittleEndian(
            end64.AsSpan(40),
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(end + DirectoryLength))
        );
        BinaryPrimitives.WriteInt64LittleEndian(
            end64.AsSpan(48),
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(end + DirectoryBegin))
        );
        if (lie > 0)
            BinaryPrimitives.WriteInt64LittleEndian(end64.AsSpan(lie), 1L << 62);
        "PK\u0006\u0007"u8.CopyTo(locator);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), end);
        byte[] saturated = [.. file[end..]];
        saturated.AsSpan(8, 12).Fill(0xff);
        byte[] zip64 = [.. file[..end], .. end64, .. locator, .. saturated];

        if (words is null)
            Assert.Equal(3, WeightsFile.Read(new MemoryStream(zip64)).Tensors.Count);
        else
            Assert.Contains(words, Refusal(zip64), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfZipCutAnywhere_Refuses()
    {
        byte[] file = WeightsSeed.Zip(Parts);
        for (int length = 0; length < file.Length; length++)
            Refusal(file[..length]);
    }

    private static int IndexOf(byte[] file, string record, int from = 0) =>
        from + file.AsSpan(from).IndexOf(System.Text.Encoding.Latin1.GetBytes(record));

    private static string Refusal(byte[] file) => Assert.Throws<WeightsException>(() => WeightsFile.Read(new MemoryStream(file))).Message;
}
