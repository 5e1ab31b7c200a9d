using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>The name of a zip's entry as text.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Text">The name; null where its bytes mean nothing in the chosen encoding.</param>
/// <param name="Reason">Why there is none.</param>
internal readonly record struct ZipName(ZipDirectoryEntry Entry, string? Text, string? Reason);

/// <summary>
/// Decodes names in a zip. A name that the zip states to be UTF-8 counts, by its flag or its Unicode Path field. The others are
/// written by one program in one encoding: UTF-8 if all of them are valid UTF-8, and else the one that the user chooses. No byte is
/// replaced: see ADR 13.
/// </summary>
internal static class ZipNames
{
    // Bytes of one character in another encoding are valid UTF-8 by chance in one of ten cases; of two, hardly ever.
    private const int FewestTelling = 2;

    /// <param name="entries">All entries.</param>
    /// <param name="chosen">The encoding of names that are not UTF-8; null where none was chosen.</param>
    /// <exception cref="UnknownEncodingException">Names are not UTF-8, and no encoding was chosen.</exception>
    public static IReadOnlyList<ZipName> Of(IReadOnlyList<ZipDirectoryEntry> entries, TextEncoding? chosen)
    {
        byte[][] unstated = [.. entries.Where(e => e.StatedName is null).Select(e => e.Name)];
        bool areUtf8 = unstated.All(n => TextEncoding.DecodeUtf8(n) is not null);
        if (!areUtf8 && chosen is null)
            throw UnknownEncodingException.For("Names in the zip", isTable: false, unstated);
        return
        [
            .. entries.Select(e =>
                e.StatedName is { } stated ? new ZipName(e, stated, null)
                : (areUtf8 ? TextEncoding.DecodeUtf8(e.Name) : chosen!.Decode(e.Name)) is { } text ? new ZipName(e, text, null)
                : new ZipName(e, null, $"Its name is not valid {chosen!.Name}. Choose another encoding, or rename the file.")
            ),
        ];
    }

    /// <summary>What is worth knowing about names that were read in a chosen encoding, in sentences: some may have been UTF-8.</summary>
    public static IReadOnlyList<string> Notes(IReadOnlyList<ZipName> names)
    {
        (string Read, string Utf8)[] doubtful =
        [
            .. names
                .Where(n => n.Entry.StatedName is null && n.Text is not null)
                .Select(n => (n.Text!, Utf8: TextEncoding.DecodeUtf8(n.Entry.Name)))
                .Where(n => n.Utf8 is not null && n.Utf8 != n.Item1 && n.Utf8.Count(c => c > '\u007F') >= FewestTelling)
                .Select(n => (n.Item1, n.Utf8!)),
        ];
        if (doubtful.Length == 0)
            return [];
        (string read, string utf8) = doubtful[0];
        return
        [
            $"{(doubtful.Length == 1 ? "1 name in the zip" : $"{doubtful.Length:N0} names in the zip")} may be in another encoding than "
                + $"the others: '{ImportName.Printable(read)}' would be '{ImportName.Printable(utf8)}' in UTF-8. If that is right, rename "
                + "these files, or make a zip of their own for them.",
        ];
    }
}
