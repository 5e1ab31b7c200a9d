using System.Globalization;
using BlazorTransfer.Core.Datasets;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class CanonicalFormTests
{
    /// <summary>Text and its composed form, as Python's unicodedata gives it.</summary>
    [Fact]
    public void Of_ReferenceSpellings_ComposesThemAsUnicodeDoes()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Datasets", "canonical-spellings.txt"));

        Assert.True(lines.Length >= 300);
        foreach (string line in lines)
        {
            string[] spellings = [.. line.Split(';').Select(Text)];
            Assert.True(spellings[1] == CanonicalForm.Of(spellings[0]), line);
            Assert.True(spellings[1] == CanonicalForm.Of(spellings[1]), line);
        }
    }

    [Theory]
    [InlineData("cafe\u0301", "caf\u00E9")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("e\u0302\u0301", "\u1EBF")]
    [InlineData("a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("plain", "plain")]
    public void Of_MarksBehindLetters_ComposesThem(string written, string composed) => Assert.Equal(composed, CanonicalForm.Of(written));

    [Fact]
    public void Of_AnyText_IsStableAndNeverThrows() =>
        Gen
            .Char.Array[0, 12]
            .Sample(
                characters =>
                {
                    string once = CanonicalForm.Of(new string(characters));
                    Assert.Equal(once, CanonicalForm.Of(once));
                },
                iter: 20_000
            );

    private static string Text(string points) =>
        string.Concat(
            points.Split(' ').Select(p => char.ConvertFromUtf32(int.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
        );
}
