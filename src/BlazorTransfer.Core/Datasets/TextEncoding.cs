using System.Text;

namespace BlazorTransfer.Core.Datasets;

/// <summary>An encoding that a user can choose for text that is not UTF-8. It never replaces or drops a byte.</summary>
public sealed class TextEncoding
{
    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Encoding _encoding;
    private readonly string[] _aliases;

    private TextEncoding(string name, string title, int codePage, params string[] aliases)
    {
        (Name, Title, _aliases) = (name, title, aliases);
        _encoding = CodePagesEncodingProvider.Instance.GetEncoding(
            codePage,
            EncoderFallback.ExceptionFallback,
            DecoderFallback.ExceptionFallback
        )!;
    }

    /// <summary>The encodings to choose from: those of several bytes a character first, since they fit less text by chance.</summary>
    public static IReadOnlyList<TextEncoding> All { get; } =
    [
        new("gb18030", "Chinese, simplified (GBK)", 54936, "gbk", "gb2312", "cp936"),
        new("shift-jis", "Japanese (Shift-JIS)", 932, "sjis", "cp932"),
        new("big5", "Chinese, traditional (Big5)", 950, "cp950"),
        new("euc-kr", "Korean (EUC-KR)", 949, "cp949"),
        new("windows-1252", "Western European (Windows-1252)", 1252, "cp1252", "latin1", "iso-8859-1"),
        new("cp437", "Western (DOS, cp437)", 437, "ibm437"),
        new("cp850", "Western European (DOS, cp850)", 850, "ibm850"),
        new("windows-1250", "Central European (Windows-1250)", 1250, "cp1250"),
        new("windows-1251", "Cyrillic (Windows-1251)", 1251, "cp1251"),
        new("cp866", "Cyrillic (DOS, cp866)", 866, "ibm866"),
        new("windows-1253", "Greek (Windows-1253)", 1253, "cp1253"),
        new("windows-1254", "Turkish (Windows-1254)", 1254, "cp1254"),
    ];

    /// <summary>The name that an import is given.</summary>
    public string Name { get; }

    /// <summary>Where the encoding is used, for the list of choices.</summary>
    public string Title { get; }

    /// <exception cref="ImportException">No encoding has this name; the message lists those that exist.</exception>
    public static TextEncoding Find(string name) =>
        All.FirstOrDefault(e => e._aliases.Prepend(e.Name).Any(n => Plain(n) == Plain(name)))
        ?? throw new ImportException(
            "encoding.unknown",
            $"The encoding '{(name.Length > 40 ? name[..40] + "…" : name)}' is unknown. Choose one of: {All.Select(e => e.Name)}."
        );

    /// <summary>Reads UTF-8; null where the bytes are not valid UTF-8.</summary>
    public static string? DecodeUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads bytes of this encoding; null where they are not valid in it, or would not come back when the text is written again: some
    /// code pages have two codes for a character, and two names must not become one.
    /// </summary>
    public string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            string text = _encoding.GetString(bytes);
            return !text.Contains('\uFFFD', StringComparison.Ordinal) && bytes.SequenceEqual(_encoding.GetBytes(text)) ? text : null;
        }
        catch (Exception e) when (e is DecoderFallbackException or EncoderFallbackException)
        {
            return null;
        }
    }

    public override string ToString() => Name;

    private static string Plain(string name) => name.Replace("-", "").Replace("_", "").ToLowerInvariant();
}
