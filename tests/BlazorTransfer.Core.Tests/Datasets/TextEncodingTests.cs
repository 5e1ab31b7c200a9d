using BlazorTransfer.Core.Datasets;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class TextEncodingTests
{
    [Theory]
    [InlineData("gb18030", "\u72D7", 0xB9, 0xB7)]
    [InlineData("GBK", "\u9A6C", 0xC2, 0xED)]
    [InlineData("shift_jis", "\u732B", 0x94, 0x4C)]
    [InlineData("big5", "\u8C93", 0xBF, 0xDF)]
    [InlineData("euc-kr", "\uAC1C", 0xB0, 0xB3)]
    [InlineData("cp437", "\u00C4", 0x8E)]
    [InlineData("latin1", "\u00C4", 0xC4)]
    public void Decode_BytesOfTheEncoding_GivesTheirText(string name, string text, params int[] bytes) =>
        Assert.Equal(text, TextEncoding.Find(name).Decode([.. bytes.Select(b => (byte)b)]));

    [Fact]
    public void Decode_AnyBytes_IsRefusedOrReversible()
    {
        foreach (TextEncoding encoding in TextEncoding.All)
        {
            var seen = new Dictionary<string, string>();
            Gen.Byte.Array[1, 4]
                .Sample(
                    bytes =>
                    {
                        if (encoding.Decode(bytes) is not { } text)
                            return;
                        Assert.DoesNotContain('\uFFFD', text);
                        string hex = Convert.ToHexString(bytes);
                        // Two different names never become one.
                        Assert.Equal(hex, seen.TryGetValue(text, out string? before) ? before : seen[text] = hex);
                    },
                    iter: 3_000,
                    threads: 1
                );
        }
    }

    /// <summary>Shift-JIS has two codes for this sign; the other one is read.</summary>
    [Fact]
    public void Decode_TheSecondCodeOfACharacter_IsRefused()
    {
        TextEncoding encoding = TextEncoding.Find("shift-jis");

        Assert.Equal("\u2252", encoding.Decode([0x81, 0xE0]));
        Assert.Null(encoding.Decode([0x87, 0x90]));
    }

    [Theory]
    [InlineData(0xC0, 0xAF)]
    [InlineData(0xB9, 0xB7)]
    [InlineData(0xED, 0xA0, 0x80)]
    [InlineData(0xC3)]
    public void DecodeUtf8_InvalidBytes_AreRefused(params int[] bytes) =>
        Assert.Null(TextEncoding.DecodeUtf8([.. bytes.Select(b => (byte)b)]));

    [Fact]
    public void Previews_OfManyNames_ShowEachFolderOnce()
    {
        byte[][] names =
        [
            .. Enumerable.Range(0, 20).Select(i => (byte[])[0xB9, 0xB7, (byte)'/', (byte)('a' + i)]),
            [0xC2, 0xED, (byte)'/', (byte)'x'],
        ];

        EncodingPreview preview = UnknownEncodingException.For("Names", isTable: false, names).Previews[0];

        Assert.Equal(["\u72D7/a", "\u9A6C/x"], preview.Samples);
    }

    [Fact]
    public void Find_UnknownName_ListsTheEncodings() =>
        Assert.Contains(
            "windows-1252",
            Assert.Throws<ImportException>(() => TextEncoding.Find("klingon")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Parse_OneEncodingForBoth_CountsForNamesAndTable()
    {
        ImportEncodings one = ImportEncodings.Parse("gbk", null),
            two = ImportEncodings.Parse("cp437", "windows-1252");

        Assert.Equal(("gb18030", "gb18030"), (one.Names!.Name, one.Table!.Name));
        Assert.Equal(("cp437", "windows-1252"), (two.Names!.Name, two.Table!.Name));
        Assert.Equal((null, null), (ImportEncodings.Parse("", null).Names, ImportEncodings.Parse(null, "").Table));
    }
}
