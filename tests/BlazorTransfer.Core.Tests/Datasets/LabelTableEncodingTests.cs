using System.Text;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class LabelTableEncodingTests
{
    private const string Text = "file,class\n1.jpg,\u00C41\n2.jpg,\u00D61\n";

    [Fact]
    public void Read_WesternTableWithoutAnEncoding_IsRefusedWithTheWaysToReadIt()
    {
        UnknownEncodingException refusal = Assert.Throws<UnknownEncodingException>(() => LabelTable.Read("labels.csv", Latin(Text)));

        Assert.True(refusal.IsTable);
        Assert.Contains("not UTF-8", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("windows-1252", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', refusal.Message);
        Assert.Equal(["1.jpg,\u00C41", "2.jpg,\u00D61"], refusal.Previews.Single(p => p.Encoding.Name == "windows-1252").Samples);
    }

    [Fact]
    public void Read_WithTheChosenEncoding_KeepsClassesApart()
    {
        LabelTable table = LabelTable.Read("labels.csv", Latin(Text), TextEncoding.Find("windows-1252"));

        Assert.Equal(("\u00C41", "\u00D61"), (table.ClassOf("1.jpg"), table.ClassOf("2.jpg")));
    }

    [Fact]
    public void Read_BytesThatTheChosenEncodingLacks_AreRefused() =>
        Assert.Contains(
            "not valid gb18030",
            Assert.Throws<ImportException>(() => LabelTable.Read("labels.csv", Latin(Text), TextEncoding.Find("gbk"))).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void Read_UnicodeWithAMark_NeedsNoChoice(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);

        LabelTable table = LabelTable.Read("labels.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]);

        Assert.Equal("\u00D61", table.ClassOf("2.jpg"));
    }

    [Fact]
    public void Read_TextWhoseCharactersWereLost_IsRefused() =>
        Assert.Contains(
            "were lost",
            Assert
                .Throws<ImportException>(() => LabelTable.Read("labels.csv", Encoding.UTF8.GetBytes("file,class\n1.jpg,\uFFFD1")))
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void In_ATableBesideClassFolders_IsSkippedWithTheReason()
    {
        var rejected = new List<RejectedFile>();

        LabelTable table = LabelTable.In(["labels.csv", "a/1.jpg"], _ => (Latin(Text), null), ImportLayout.Classes, rejected)!;

        Assert.Null(table.ClassOf("1.jpg"));
        Assert.Contains("not UTF-8", Assert.Single(rejected).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./b/1.jpg")]
    [InlineData(".\\b\\1.jpg")]
    [InlineData("b\\1.jpg")]
    [InlineData("b/./1.jpg")]
    public void Read_FilesInOtherSpellings_FindsThem(string written)
    {
        LabelTable table = LabelTable.Read("set/labels.csv", Encoding.UTF8.GetBytes($"file,class\n{written},x"));

        Assert.Equal("x", table.ClassOf("set/b/1.jpg"));
    }

    [Fact]
    public void Read_NamesInTwoUnicodeForms_AreTheSame()
    {
        LabelTable table = LabelTable.Read("labels.csv", Encoding.UTF8.GetBytes("file,class\ncafe\u0301.jpg,caf\u00E9\n2.jpg,cafe\u0301"));

        Assert.Equal("caf\u00E9", table.ClassOf("caf\u00E9.jpg"));
        Assert.Equal("caf\u00E9", table.ClassOf("2.jpg"));
        Assert.Empty(table.Absent(["caf\u00E9.jpg", "2.jpg"]));
    }

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
