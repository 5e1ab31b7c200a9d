namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>Finds the file of an import that an annotation file names, often without its folders.</summary>
internal sealed class ImageNames
{
    private static readonly HashSet<string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ".txt",
        ".xml",
        ".json",
        ".yaml",
        ".yml",
        ".csv",
        ".tsv",
        ".names",
        ".data",
        ".md",
    };

    private readonly ILookup<string, string> _byName;
    private readonly ILookup<string, string> _byStem;

    /// <param name="names">All files of the import, with forward slashes.</param>
    public ImageNames(IEnumerable<string> names)
    {
        string[] images = [.. names.Where(n => !Texts.Contains(Path.GetExtension(n)))];
        All = images;
        _byName = images.ToLookup(n => ImportName.Key(n[(n.LastIndexOf('/') + 1)..]), StringComparer.Ordinal);
        _byStem = images.ToLookup(Stem, StringComparer.Ordinal);
    }

    /// <summary>Files that may be images.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>The image whose name ends as <paramref name="named"/>, the one closest to the annotation file; null where there is none, or
    /// more than one as close.</summary>
    /// <param name="named">A file name, perhaps with folders.</param>
    /// <param name="from">The annotation file.</param>
    public string? Find(string named, string from)
    {
        string path = string.Join('/', named.Split('/').Select(ImportName.Key));
        return Closest(
            _byName[path[(path.LastIndexOf('/') + 1)..]]
                .Where(n =>
                    string.Join('/', n.Split('/').Select(ImportName.Key)) is var key
                    && (key == path || key.EndsWith($"/{path}", StringComparison.Ordinal))
                ),
            from
        );
    }

    /// <summary>The image of the same name without extension, closest to the annotation file; null where several are as close.</summary>
    public string? FindBeside(string from) => Closest(_byStem[Stem(from)], from);

    private static string Stem(string name) => ImportName.Key(Path.GetFileNameWithoutExtension(name[(name.LastIndexOf('/') + 1)..]));

    private static string? Closest(IEnumerable<string> candidates, string from)
    {
        string[] folders = from.Split('/')[..^1];
        IGrouping<int, string>? best = candidates.GroupBy(c => CommonFolders(c, folders)).MaxBy(g => g.Key);
        return best?.Count() == 1 ? best.First() : null;
    }

    // Folders that hold images and labels are named apart, and lie beside or inside the folders of the splits: those that both names
    // have count, wherever they stand.
    private static int CommonFolders(string name, string[] folders) =>
        name.Split('/')[..^1].Intersect(folders, StringComparer.Ordinal).Count();
}
