using System.IO.Compression;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;

namespace BlazorTransfer.Web.Tests.Datasets;

public sealed class ZipImagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-zip-").FullName;
    private string Zip => Path.Combine(_folder, "hostile.zip");

    public void Dispose() => TestFolder.Delete(_folder);

    [Theory]
    [InlineData("../../etc/cron.d/evil.jpg")]
    [InlineData("a/../../evil.jpg")]
    [InlineData("/etc/passwd.jpg")]
    [InlineData("C:/windows/evil.jpg")]
    [InlineData("a\\..\\evil.jpg")]
    [InlineData("\\\\server\\evil.jpg")]
    [InlineData("a//b.jpg")]
    [InlineData("a/new\nline.jpg")]
    [InlineData("a/\u001b[31mred.jpg")]
    [InlineData("1/2/3/4/5/6/7/8/9/10/11/12.jpg")]
    public void Entry_WhoseNameIsNoPlainPath_IsListedAndNeverRead(string name)
    {
        TestZip.Write(Zip, [("a/fine.jpg", [1]), (name, [2])]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Equal(["a/fine.jpg"], zip.Names);
        RejectedFile rejected = Assert.Single(zip.Rejected);
        Assert.DoesNotContain(rejected.Name, char.IsControl);
    }

    [Fact]
    public void Entry_ThatIsALink_IsRefused()
    {
        using (var archive = new ZipArchive(File.Create(Zip), ZipArchiveMode.Create))
        {
            ZipArchiveEntry link = archive.CreateEntry("a/link.jpg");
            link.ExternalAttributes = unchecked((int)0xA1FF0000);
            using var target = new StreamWriter(link.Open());
            target.Write("/etc/passwd");
        }

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Empty(zip.Names);
        Assert.Contains("link", Assert.Single(zip.Rejected).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Entry_CompressedBeyondWhatImagesAre_IsRefused()
    {
        TestZip.Write(Zip, [("a/bomb.jpg", new byte[8 << 20])]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Empty(zip.Names);
        Assert.Contains("compressed", Assert.Single(zip.Rejected).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Entry_LargerThanItsZipSays_GivesNoMoreThanWasSaid()
    {
        byte[] random = new byte[200_000];
        new Random(1).NextBytes(random);
        TestZip.Write(Zip, [("a/liar.jpg", random)]);
        byte[] file = File.ReadAllBytes(Zip);
        // The sizes lie in the local header and in the directory; both say a tenth.
        Patch(file, "PK\u0003\u0004"u8.ToArray(), 22);
        Patch(file, "PK\u0001\u0002"u8.ToArray(), 24);
        File.WriteAllBytes(Zip, file);

        using var zip = new ZipImages(Zip, new ZipLimits());
        (byte[]? bytes, string? reason) = zip.Read("a/liar.jpg");

        // The rest of it then fails as an image.
        Assert.True(bytes is null ? reason is not null : bytes.Length <= 20_000);

        static void Patch(byte[] file, byte[] mark, int offset)
        {
            int at = file.AsSpan().IndexOf(mark);
            BitConverter.TryWriteBytes(file.AsSpan(at + offset), 20_000);
        }
    }

    [Fact]
    public void Archive_WithMoreThanIsAllowed_IsRefusedAsAWhole()
    {
        TestZip.Write(Zip, Enumerable.Range(0, 11).Select(i => ($"a/{i}.jpg", new byte[100])));

        Assert.Throws<ImportException>(() => new ZipImages(Zip, new ZipLimits() with { Entries = 10 }));
        Assert.Throws<ImportException>(() => new ZipImages(Zip, new ZipLimits() with { TotalBytes = 1000 }));
    }

    /// <summary>The number of entries that a zip states is not believed, and nothing is kept of a directory that is too large.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void R37_ADirectory_WithMoreEntriesThanAreAllowed_IsNotReadIntoMemory(bool lies)
    {
        const int entries = 20_000,
            allowed = 100;
        TestZip.Write(Zip, Enumerable.Range(0, entries).Select(i => ($"{i:D200}.jpg", Array.Empty<byte>())));
        if (lies)
        {
            byte[] file = File.ReadAllBytes(Zip);
            for (int at = file.Length - 22 + 8; at < file.Length - 22 + 12; at += 2)
                BitConverter.TryWriteBytes(file.AsSpan(at), (ushort)1);
            File.WriteAllBytes(Zip, file);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        ImportException refusal = Assert.Throws<ImportException>(() => new ZipImages(Zip, new ZipLimits(Entries: allowed)));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Contains("more than 100 entries", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, new FileInfo(Zip).Length / 10);
    }

    [Fact]
    public void R37_Names_ThatAreTooLongTogether_AreRefused()
    {
        TestZip.Write(Zip, Enumerable.Range(0, 10).Select(i => ($"{i:D300}.jpg", Array.Empty<byte>())));

        ImportException refusal = Assert.Throws<ImportException>(() => new ZipImages(Zip, new ZipLimits(Entries: 10)));

        Assert.Contains("names", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ThatDifferInCaseOnly_AreNotMixedUp()
    {
        TestZip.Write(Zip, [("a/X.jpg", [1]), ("a/x.jpg", [2])]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Equal([1], zip.Read("a/X.jpg").Bytes);
        Assert.Equal([2], zip.Read("a/x.jpg").Bytes);
        Assert.Empty(zip.Rejected);
    }

    [Fact]
    public void Names_WithOtherSeparators_AreReadAsFolders()
    {
        TestZip.Write(Zip, [("./a/1.jpg", [1]), ("a\\2.jpg", [2]), ("a/./3.jpg", [3]), ("a/1.jpg", [4]), ("b\\", [])]);

        using var zip = new ZipImages(Zip, new ZipLimits());

        Assert.Equal(["a/1.jpg", "a/2.jpg", "a/3.jpg"], zip.Names.Order(StringComparer.Ordinal));
        Assert.Equal([1], zip.Read("a/1.jpg").Bytes);
        Assert.Contains("same name", Assert.Single(zip.Rejected).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no zip at all")]
    [InlineData("PK\u0003\u0004 only the beginning of one")]
    [InlineData("")]
    public void File_ThatIsNoZip_IsRefusedWithASentence(string content)
    {
        File.WriteAllText(Zip, content, Encoding.Latin1);

        ImportException refusal = Assert.Throws<ImportException>(() => new ZipImages(Zip, new ZipLimits()));

        Assert.Contains("no zip", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Archive_CutShortAnywhere_NeverThrowsAnythingButARefusal()
    {
        byte[] whole = File.ReadAllBytes(TestZip.Write(Zip, TestZip.TwoClasses()));
        for (int length = 0; length < whole.Length; length += 37)
        {
            byte[] damaged = [.. whole[..length], .. new byte[whole.Length - length]];
            File.WriteAllBytes(Zip, length % 2 == 0 ? whole[..length] : damaged);
            try
            {
                using var zip = new ZipImages(Zip, new ZipLimits());
                foreach (string name in zip.Names)
                    zip.Read(name);
            }
            catch (ImportException)
            {
                // As it should be.
            }
        }
    }
}
