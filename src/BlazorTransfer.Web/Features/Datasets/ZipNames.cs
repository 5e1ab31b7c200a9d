using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>The name of a zip's entry as text.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Text">The name; null where its bytes mean nothing in the chosen encoding.</param>
/// <param name="Reason">Why there is none.</param>
internal readonly record struct ZipName(ZipDirectoryEntry Entry, string? Text, Message? Reason);

/// <summary>
/// Decodes names in a zip. A name that the zip states to be UTF-8 counts, by its flag or its Unicode Path field. The others are
/// written by one program in one encoding: the one that the user chooses, or else UTF-8 if all of them are valid UTF-8. No byte is
/// replaced: see ADR 13.
/// </summary>
internal static class ZipNames
{
    // Bytes of one character in another encoding are valid UTF-8 by chance in one of ten cases; of two, hardly ever.
    private const int FewestTelling = 2;

    /// <param name="entries">All entries.</param>
    /// <param name="chosen">The encoding of names that the zip does not state; null where none was chosen.</param>
    /// <exception cref="UnknownEncodingException">Names are not UTF-8, and no encoding was chosen.</exception>
    public static IReadOnlyList<ZipName> Of(IReadOnlyList<ZipDirectoryEntry> entries, TextEncoding? chosen)
    {
        byte[][] unstated = [.. entries.Where(e => e.StatedName is null).Select(e => e.Name)];
        if (chosen is null && !unstated.All(n => TextEncoding.DecodeUtf8(n) is not null))
            throw UnknownEncodingException.For("Names in the zip", isTable: false, unstated);
        return
        [
            .. entries.Select(e =>
                e.StatedName is { } stated ? new ZipName(e, stated, null)
                : (chosen is null ? TextEncoding.DecodeUtf8(e.Name) : chosen.Decode(e.Name)) is { } text ? new ZipName(e, text, null)
                : new ZipName(
                    e,
                    null,
                    Message.Of(
                        "skipped.other-encoding",
                        $"Its name is not valid {chosen!.Name}. Choose another encoding, or rename the file."
                    )
                )
            ),
        ];
    }

    /// <summary>What is worth knowing about names that were read in a chosen encoding, in sentences: some may have been UTF-8.</summary>
    public static IReadOnlyList<Message> Notes(IReadOnlyList<ZipName> names)
    {
        HashSet<string> folders = [.. names.SelectMany(n => n.Text?.Split('/') ?? [])];
        (string Read, string Utf8)[] doubtful =
        [
            .. names
                .Where(n => n.Entry.StatedName is null && n.Text is not null)
                .Select(n => (Read: n.Text!, Utf8: TextEncoding.DecodeUtf8(n.Entry.Name)))
                .Where(n => n.Utf8 is not null && n.Utf8 != n.Read && IsTelling(n.Utf8))
                .Select(n => (n.Read, n.Utf8!)),
        ];
        // One character more can be chance, unless the name then becomes that of another folder.
        bool IsTelling(string utf8) =>
            utf8.Count(c => c > '\u007F') >= FewestTelling || utf8.Split('/').Any(p => p.Any(c => c > '\u007F') && folders.Contains(p));
        if (doubtful.Length == 0)
            return [];
        (string read, string utf8) = doubtful[0];
        return
        [
            doubtful.Length == 1
                ? Message.Of(
                    "import.doubtful-name",
                    $"1 name in the zip may be in another encoding than the others: '{ImportName.Printable(read)}' would be "
                        + $"'{ImportName.Printable(utf8)}' in UTF-8. If that is right, rename this file, or make a zip of its own for it."
                )
                : Message.Of(
                    "import.doubtful-names",
                    $"{doubtful.Length:N0} names in the zip may be in another encoding than the others: "
                        + $"'{ImportName.Printable(read)}' would "
                        + $"be '{ImportName.Printable(utf8)}' in UTF-8. If that is right, rename these files, or make a zip of their "
                        + $"own for "
                        + $"them."
                ),
        ];
    }
}
