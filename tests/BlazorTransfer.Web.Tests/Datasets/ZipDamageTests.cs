using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;

namespace BlazorTransfer.Web.Tests.Datasets;

public sealed class ZipDamageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-damage-").FullName;

    private string Zip => Path.Combine(_folder, "damaged.zip");

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Read_ContentWithAnotherChecksum_IsRefused()
    {
        RawZip.Write(Zip, [Entry(), new RawZipEntry("a/2.jpg"u8.ToArray(), [5, 6]) { Crc = 1 }]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Equal([1, 2, 3], zip.Read("a/1.jpg").Bytes);
        (byte[]? bytes, string? reason) = zip.Read("a/2.jpg");
        Assert.Null(bytes);
        Assert.Contains("CRC-32", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, "bzip2")]
    [InlineData(14, "LZMA")]
    [InlineData(93, "Zstandard")]
    [InlineData(77, "method 77")]
    [InlineData(99, "encrypted")]
    public void Entry_OfAnotherMethod_IsRefusedByItsName(ushort method, string word)
    {
        RawZip.Write(Zip, [Entry() with { Method = method }]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Empty(zip.Names);
        Assert.Contains(word, Assert.Single(zip.Rejected).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Entry_ThatIsEncrypted_IsRefused()
    {
        RawZip.Write(Zip, [Entry() with { Flags = RawZipEntry.IsEncrypted }]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Contains("without a password", Assert.Single(zip.Rejected).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a/1.jpg", "starts with '/'")]
    [InlineData("C:\\a\\1.jpg", "drive")]
    [InlineData("a/../1.jpg", "'..'")]
    [InlineData("a//1.jpg", "no name")]
    [InlineData("a/\u0001.jpg", "control characters")]
    public void Entry_WhoseNameIsNoPath_HasAReasonOfItsOwn(string name, string words)
    {
        RawZip.Write(Zip, [new RawZipEntry(System.Text.Encoding.ASCII.GetBytes(name), [1])]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Empty(zip.Names);
        RejectedFile rejected = Assert.Single(zip.Rejected);
        Assert.Contains(words, rejected.Reason, StringComparison.Ordinal);
    }

    private static RawZipEntry Entry() => new("a/1.jpg"u8.ToArray(), [1, 2, 3]);
}
