using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>Reports classes and domains whose folders are spelled in several ways, or with spaces at the ends.</summary>
internal static class FolderSpellings
{
    private const int MostNotes = 10;

    /// <param name="paths">Folders and file name of each file, as they were brought.</param>
    /// <param name="placed">Where the files were put.</param>
    public static IEnumerable<Message> Notes(IEnumerable<string[]> paths, IReadOnlyCollection<PlacedFile> placed)
    {
        HashSet<string> used = [.. placed.SelectMany(p => new[] { p.Label, p.Domain }).OfType<string>()];
        return paths
            .SelectMany(p => p[..^1])
            .Distinct(StringComparer.Ordinal)
            .GroupBy(ImportName.Key, StringComparer.Ordinal)
            .Where(g => used.Contains(g.Key) && g.Any(written => written != g.Key))
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => Note(g.Key, [.. g]))
            .OfType<Message>()
            .Take(MostNotes);
    }

    private static Message? Note(string name, string[] written) =>
        written.Any(w => w.Trim() != w)
            ? written.Length == 1
                ? Message.Of("import.folder-spaces", $"The folder '{written[0]}' has spaces at its ends; its name is read as '{name}'.")
                : Message.Of(
                    "import.folders-spaces",
                    $"The folders {written.Order(StringComparer.Ordinal).Select(w => $"'{w}'")} differ only in spaces at their ends, "
                        + $"and are "
                        + $"read as '{name}'."
                )
            : written.Length > 1
                ? Message.Of(
                    "import.unicode-forms",
                    $"The name '{name}' is written in {written.Length} Unicode forms; all are read as one folder."
                )
                : null;
}
