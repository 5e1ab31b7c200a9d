using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using CsCheck;

namespace BlazorTransfer.Web.Tests.Datasets;

public sealed class ZipNamesTests : IDisposable
{
    // Dog and cat in GBK; the second is also valid UTF-8, for "è".
    private static readonly byte[] GbkDog = [0xB9, 0xB7];
    private static readonly byte[] GbkCat = [0xC3, 0xA8];
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-names-").FullName;

    private string Zip => Path.Combine(_folder, "names.zip");

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Names_NotInUtf8_AreRefusedWithTheWaysToReadThem()
    {
        Write(Entry(GbkDog), Entry(GbkCat));

        UnknownEncodingException refusal = Assert.Throws<UnknownEncodingException>(() => Open());

        Assert.False(refusal.IsTable);
        Assert.Contains("gb18030: \u72D7/1.jpg", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["\u72D7/1.jpg", "\u732B/1.jpg"], refusal.Previews.Single(p => p.Encoding.Name == "gb18030").Samples);
    }

    [Theory]
    [InlineData("gb18030", "\u72D7/1.jpg \u732B/1.jpg")]
    [InlineData("cp437", "\u2563\u2556/1.jpg \u251C\u00BF/1.jpg")]
    public void Names_WithTheChosenEncoding_AreAllReadInIt(string encoding, string names)
    {
        Write(Entry(GbkDog), Entry(GbkCat));

        using ZipImages zip = Open(encoding);

        Assert.Equal(names.Split(' '), zip.Names);
    }

    [Theory]
    [InlineData("\u00E4\u00F6", 1)]
    [InlineData("\u00E8", 0)]
    public void Names_ThatMayBeUtf8AmongOthers_AreNoted(string name, int notes)
    {
        Write(Entry(GbkDog), Entry(Encoding.UTF8.GetBytes(name)), Entry("cat"u8.ToArray()));

        using ZipImages zip = Open("cp437");

        Assert.Equal(notes, zip.Notes.Count);
        Assert.All(zip.Notes, n => Assert.Contains($"would be '{name}/1.jpg' in UTF-8", n, StringComparison.Ordinal));
    }

    [Fact]
    public void Name_ThatBecomesAnothersInUtf8_IsNoted()
    {
        // "Käse" in code page 437 and in UTF-8.
        Write(Entry([0x4B, 0x84, 0x73, 0x65]), Entry(Encoding.UTF8.GetBytes("K\u00E4se")));

        using ZipImages zip = Open("cp437");

        Assert.Contains("would be 'K\u00E4se/1.jpg' in UTF-8", Assert.Single(zip.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void ChosenEncoding_CountsForNamesThatAreUtf8ByChance()
    {
        Write(Entry(GbkCat), Entry("dog"u8.ToArray()));

        using ZipImages zip = Open("gb18030");

        Assert.Equal(["\u732B/1.jpg", "dog/1.jpg"], zip.Names);
    }

    [Fact]
    public void Names_InUtf8WithoutAFlag_NeedNoChoice()
    {
        Write(Entry(Encoding.UTF8.GetBytes("\u72D7")), Entry(Encoding.UTF8.GetBytes("e\u0301")));

        using ZipImages zip = Open();

        Assert.Equal(["\u72D7/1.jpg", "e\u0301/1.jpg"], zip.Names);
    }

    [Fact]
    public void UnicodePathField_ThatBelongsToTheName_Counts()
    {
        Write(Entry(GbkDog) with { UnicodePath = "\u72D7/1.jpg" }, Entry("cat"u8.ToArray()));

        using ZipImages zip = Open();

        Assert.Equal(["\u72D7/1.jpg", "cat/1.jpg"], zip.Names);
    }

    [Fact]
    public void UnicodePathField_OfAnotherName_IsIgnored()
    {
        // As when a program renames an entry and keeps the field.
        Write(Entry("cat"u8.ToArray()) with { UnicodePath = "\u72D7/1.jpg", UnicodePathCrc = 1 });

        using ZipImages zip = Open();

        Assert.Equal(["cat/1.jpg"], zip.Names);
    }

    [Fact]
    public void Flag_OnBytesThatAreNotUtf8_IsNotBelieved()
    {
        Write(Entry(GbkDog) with { Flags = RawZipEntry.Utf8 });

        Assert.Throws<UnknownEncodingException>(() => Open());
        using ZipImages zip = Open("gbk");
        Assert.Equal(["\u72D7/1.jpg"], zip.Names);
    }

    [Fact]
    public void Name_ThatTheChosenEncodingLacks_IsListedAsBytes()
    {
        Write(Entry(GbkDog), Entry([0xFF, (byte)'x']));

        using ZipImages zip = Open("gb18030");

        Assert.Equal(["\u72D7/1.jpg"], zip.Names);
        RejectedFile rejected = Assert.Single(zip.Rejected);
        Assert.Equal("\\xFFx/1.jpg", rejected.Name);
        Assert.Contains("not valid gb18030", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_WhoseCharactersWereLostBefore_IsRefused()
    {
        Write(Entry(Encoding.UTF8.GetBytes("\uFFFD\uFFFD")), Entry("cat"u8.ToArray()));

        using ZipImages zip = Open();

        Assert.Equal(["cat/1.jpg"], zip.Names);
        Assert.Contains("were lost", Assert.Single(zip.Rejected).Reason, StringComparison.Ordinal);
    }

    /// <summary>Any bytes as folders of two images: an answer or a refusal in words, and two names stay two names.</summary>
    [Fact]
    public void AnyBytesAsNames_AreRefusedOrKeptApart()
    {
        Gen<byte> sign = Gen.OneOf(Gen.Byte, Gen.Byte[0x80, 0xFF], Gen.Byte[(byte)'a', (byte)'c']);
        Gen.Select(sign.Array[1, 4], sign.Array[1, 4], Gen.Int[-1, TextEncoding.All.Count - 1], Gen.Bool)
            .Sample(
                (first, second, encoding, isFlagged) =>
                {
                    if (first.AsSpan().SequenceEqual(second))
                        return;
                    ushort flags = isFlagged ? RawZipEntry.Utf8 : (ushort)0;
                    Write(Entry(first, "1") with { Flags = flags }, Entry(second, "2") with { Flags = flags });
                    ZipImages zip;
                    try
                    {
                        zip = Open(encoding < 0 ? null : TextEncoding.All[encoding].Name);
                    }
                    catch (UnknownEncodingException e)
                    {
                        Assert.True(encoding < 0);
                        Assert.DoesNotContain(ImportName.Replacement, e.Message);
                        return;
                    }

                    using (zip)
                    {
                        ClassFolderLayout layout = ClassFolderLayout.Of(zip.Names);
                        Assert.DoesNotContain(
                            zip.Names.Concat(zip.Rejected.Select(r => r.Name)).Concat(layout.Placed.Select(p => p.Label!)),
                            n => n.Contains(ImportName.Replacement, StringComparison.Ordinal)
                        );
                        // Nothing disappears without a reason, but for folders.
                        Assert.All(zip.Names, name => Assert.Single(zip.Read(name).Bytes!));
                        if (layout.Placed.Count == 2 && layout.Placed[0].Label == layout.Placed[1].Label)
                            Assert.True(
                                layout.Notes.Count > 0 || FirstFolder(zip.Names.First()) == FirstFolder(zip.Names.Last()),
                                $"{Convert.ToHexString(first)} and {Convert.ToHexString(second)} became '{layout.Placed[0].Label}'."
                            );
                    }
                },
                iter: 500,
                threads: 1
            );

        // Such as a\x and a\y, which are folders within one.
        static string FirstFolder(string name) => name.Split('/')[0];
    }

    private static RawZipEntry Entry(byte[] folder, string file = "1") =>
        new([.. folder, .. Encoding.ASCII.GetBytes($"/{file}.jpg")], [(byte)folder.Length]);

    private void Write(params RawZipEntry[] entries) => RawZip.Write(Zip, entries);

    private ZipImages Open(string? encoding = null) => new(Zip, new ZipLimits(), encoding is null ? null : TextEncoding.Find(encoding));
}
