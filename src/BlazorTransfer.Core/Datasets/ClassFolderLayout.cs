using BlazorTransfer.Core.Datasets.Annotations;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>Where a file of an import belongs.</summary>
/// <param name="Name">The file's name as the user brought it, with forward slashes.</param>
/// <param name="Label">The class: the name of the folder it lies in; null where folders are no classes.</param>
/// <param name="Split">The split that a folder above the class names; null where there is none.</param>
/// <param name="Domain">The folder above class and split, where those divide the images by where they come from; else null.</param>
public sealed record PlacedFile(string Name, string? Label, Split? Split, string? Domain = null)
{
    /// <summary>The classes, perhaps none, where an image may have several; else null.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What annotation files say of it; null where there are none.</summary>
    public AnnotatedImage? Annotated { get; init; }
}

/// <summary>What the folders of an import mean.</summary>
/// <param name="Placed">Files whose place is clear, by name.</param>
/// <param name="Rejected">Files that lie where they mean nothing, and why.</param>
/// <param name="Notes">How names were read where that is not obvious, in sentences.</param>
public sealed record ClassFolderLayout(IReadOnlyList<PlacedFile> Placed, IReadOnlyList<RejectedFile> Rejected, IReadOnlyList<Message> Notes)
{
    private static readonly Dictionary<string, Split> SplitNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Split.Train,
        ["training"] = Split.Train,
        ["val"] = Split.Validation,
        ["valid"] = Split.Validation,
        ["validation"] = Split.Validation,
        ["dev"] = Split.Validation,
        ["test"] = Split.Test,
        ["testing"] = Split.Test,
    };

    // What operating systems leave behind; nobody wants to read that it was left out.
    /// <summary>Whether a system leaves such files in folders by itself.</summary>
    /// <param name="fileName">Name without folders.</param>
    public static bool IsLitter(string fileName) => Litter.Contains(fileName);

    private static readonly HashSet<string> Litter = new(StringComparer.OrdinalIgnoreCase) { ".DS_Store", "Thumbs.db", "desktop.ini" };

    /// <summary>
    /// Reads class folders (<c>ants/1.jpg</c>) or split folders with class folders (<c>train/ants/1.jpg</c>), each also inside
    /// folders that wrap everything, as archives often have. Deeper folders belong to their class. With domains, all that is inside
    /// the folder of one, and each has splits or not; <c>train/photo/dog/1.jpg</c> is understood too. Without labels, folders mean nothing.
    /// Folders are compared by <see cref="ImportName.Key"/>.
    /// </summary>
    /// <param name="names">Names of the files, with forward slashes.</param>
    /// <param name="layout">What the folders mean.</param>
    /// <param name="table">What a table among the files says of the others; it is none of the images.</param>
    /// <param name="annotations">What annotation files among them say of the others; none of them is an image.</param>
    public static ClassFolderLayout Of(
        IEnumerable<string> names,
        ImportLayout layout = ImportLayout.Classes,
        LabelTable? table = null,
        AnnotationSet? annotations = null
    )
    {
        string[][] paths =
        [
            .. names
                .Where(n => n != table?.Name && annotations?.Files.Contains(n) != true)
                .Order(StringComparer.Ordinal)
                .Select(n => n.Split('/', StringSplitOptions.RemoveEmptyEntries))
                .Where(parts => parts.Length > 0 && !parts.Any(p => p == "__MACOSX") && !Litter.Contains(parts[^1])),
        ];
        int wrapping = WrappingFolders(paths, layout);
        ILookup<bool, FileInside> byHidden = paths
            .Select(p => new FileInside(string.Join('/', p), [.. p[Math.Min(wrapping, p.Length - 1)..^1].Select(ImportName.Key), p[^1]]))
            .ToLookup(f => f.Path.Any(p => p.StartsWith('.')));
        var placed = new List<PlacedFile>();
        var notes = new List<Message>();
        var rejected = new List<RejectedFile>(
            byHidden[true].Select(f => new RejectedFile(f.Name, Message.Of("skipped.hidden", $"It is a hidden file.")))
        );
        FileInside[] files = [.. byHidden[false]];
        if (annotations is not null)
            PlaceByAnnotations(files, annotations, placed, rejected);
        else if (layout == ImportLayout.Table)
            PlaceByTable(
                files,
                table
                    ?? throw new ImportException(
                        "import.no-table",
                        $"There is no labels.csv among the files that says which class each has."
                    ),
                placed,
                rejected
            );
        else if (layout == ImportLayout.Unlabelled)
            placed.AddRange(files.Select(f => new PlacedFile(f.Name, null, Split.Train)));
        else if (layout == ImportLayout.Domains)
            PlaceInDomains(files, placed, rejected, notes);
        else
            PlaceInClasses(files, null, placed, rejected, notes);
        return new ClassFolderLayout(
            [.. placed.OrderBy(f => f.Name, StringComparer.Ordinal)],
            [.. rejected.OrderBy(f => f.Name, StringComparer.Ordinal)],
            [.. notes, .. FolderSpellings.Notes(paths, placed)]
        );
    }

    /// <summary>A split by what people call it, such as <c>val</c>; null where it is none.</summary>
    internal static Split? SplitOf(string name) => SplitNames.TryGetValue(name, out Split split) ? split : null;

    private static void PlaceByAnnotations(
        FileInside[] files,
        AnnotationSet annotations,
        List<PlacedFile> placed,
        List<RejectedFile> rejected
    )
    {
        foreach (FileInside file in files)
        {
            if (annotations.Images.TryGetValue(file.Name, out AnnotatedImage? image))
                placed.Add(new PlacedFile(file.Name, null, image.Split) { Annotated = image });
            else
                rejected.Add(
                    new RejectedFile(file.Name, Message.Of("skipped.not-annotated", $"No annotation file says anything about it."))
                );
        }
    }

    private static void PlaceByTable(FileInside[] files, LabelTable table, List<PlacedFile> placed, List<RejectedFile> rejected)
    {
        foreach (FileInside file in files)
        {
            if (table.LabelsOf(file.Name) is { } labels)
                placed.Add(new PlacedFile(file.Name, null, table.SplitOf(file.Name)) { Labels = labels });
            else if (table.ClassOf(file.Name) is { } label)
                placed.Add(new PlacedFile(file.Name, label, table.SplitOf(file.Name)));
            else
                rejected.Add(
                    new RejectedFile(
                        file.Name,
                        table.Names(file.Name)
                            ? Message.Of("skipped.table-without-class", $"{table.Name} names no class for it.")
                            : Message.Of("skipped.no-row", $"{table.Name} has no row for it.")
                    )
                );
        }
    }

    private static void PlaceInDomains(FileInside[] files, List<PlacedFile> placed, List<RejectedFile> rejected, List<Message> notes)
    {
        bool splitsOutside = HasSplits(files, pathLength: 4);
        if (!splitsOutside && files.FirstOrDefault(f => f.StartsWithSplit) is { } likeASplit)
            notes.Add(
                Message.Of(
                    "import.split-as-domain",
                    $"The folder '{likeASplit.Path[0]}' is read as a domain, since the folders beside it are not splits."
                )
            );
        var inDomains = new List<FileInside>();
        foreach (FileInside file in files)
        {
            if (splitsOutside && !file.StartsWithSplit)
                rejected.Add(
                    new RejectedFile(file.Name, Message.Of("skipped.outside-splits", $"It lies outside the train, val and test folders."))
                );
            else if (file.Path.Length < (splitsOutside ? 3 : 2))
                rejected.Add(
                    new RejectedFile(
                        file.Name,
                        Message.Of(
                            "skipped.no-domain-folder",
                            $"It lies in no domain folder. Put each image into a class folder inside a domain folder, such as "
                                + $"photo/dog/1.jpg."
                        )
                    )
                );
            else
                inDomains.Add(splitsOutside ? file with { Path = [file.Path[1], file.Path[0], .. file.Path[2..]] } : file);
        }

        foreach (IGrouping<string, FileInside> domain in inDomains.GroupBy(f => f.Path[0], StringComparer.Ordinal))
            PlaceInClasses([.. domain.Select(f => f with { Path = f.Path[1..] })], domain.Key, placed, rejected, notes);
    }

    private static void PlaceInClasses(
        FileInside[] files,
        string? domain,
        List<PlacedFile> placed,
        List<RejectedFile> rejected,
        List<Message> notes
    )
    {
        bool hasSplits = HasSplits(files, pathLength: 3);
        if (!hasSplits && files.FirstOrDefault(f => f.StartsWithSplit) is { } likeASplit)
            notes.Add(
                Message.Of(
                    "import.split-as-class",
                    $"The folder '{likeASplit.Path[0]}' is read as a class, since the folders beside it are not splits. If it is a "
                        + $"split, put "
                        + $"the other class folders into a folder named train, and class folders into each split."
                )
            );
        foreach (FileInside file in files)
        {
            string[] path = file.Path;
            if (!hasSplits && path.Length < 2)
            {
                rejected.Add(
                    new RejectedFile(
                        file.Name,
                        domain is null
                            ? Message.Of(
                                "skipped.no-class-folder",
                                $"It lies in no class folder. Put each image into a folder named after its class."
                            )
                            : Message.Of(
                                "skipped.no-class-folder-in-domain",
                                $"It lies in the domain '{domain}', but in no class folder there."
                            )
                    )
                );
            }
            else if (!hasSplits)
            {
                placed.Add(new PlacedFile(file.Name, path[0], null, domain));
            }
            else if (path.Length < 2 || !SplitNames.TryGetValue(path[0], out Split split))
            {
                rejected.Add(
                    new RejectedFile(
                        file.Name,
                        domain is null
                            ? Message.Of("skipped.outside-splits", $"It lies outside the train, val and test folders.")
                            : Message.Of(
                                "skipped.outside-splits-of-domain",
                                $"It lies outside the train, val and test folders of the domain '{domain}'."
                            )
                    )
                );
            }
            else if (path.Length < 3)
            {
                rejected.Add(
                    new RejectedFile(
                        file.Name,
                        Message.Of(
                            "skipped.no-class-folder-in-split",
                            $"It lies in '{path[0]}', but in no class folder there. '{path[0]}' is read as a split: if it is a class, "
                                + $"put all class folders into a folder named train."
                        )
                    )
                );
            }
            else
            {
                placed.Add(new PlacedFile(file.Name, path[1], split, domain));
            }
        }
    }

    // One folder that is named like a split, among others that are not, is a class; "valid" beside "invalid" is one. It is a split where
    // it has class folders inside and is named for training, or has the same class folders as there are beside it.
    private static bool HasSplits(FileInside[] files, int pathLength)
    {
        string[] outer = [.. files.Where(f => f.Path.Length > 1).Select(f => f.Path[0]).Distinct(StringComparer.Ordinal)];
        string[] named = [.. outer.Where(SplitNames.ContainsKey)];
        return named.Length switch
        {
            0 => false,
            1 when outer.Length > 1 => files.Any(f =>
                f.StartsWithSplit && f.Path.Length >= pathLength && (SplitNames[f.Path[0]] == Split.Train || outer.Contains(f.Path[1]))
            ),
            _ => true,
        };
    }

    /// <summary>How many folders enclose everything without being a split, the only class or the only domain.</summary>
    private static int WrappingFolders(string[][] paths, ImportLayout layout)
    {
        // A read-me beside the domains keeps nobody from seeing what wraps them.
        string[][] judged = layout == ImportLayout.Domains ? [.. paths.Where(p => p.Length > 2)] : paths;
        int depth = 0;
        while (
            judged.Length > 0
            && judged.All(p => p.Length > depth + LeftInside(p) && ImportName.Key(p[depth]) == ImportName.Key(judged[0][depth]))
            && (layout is not (ImportLayout.Classes or ImportLayout.Domains) || !SplitNames.ContainsKey(ImportName.Key(judged[0][depth])))
        )
        {
            depth++;
        }

        return depth;

        // Class and file, or the domain too, or the split too; as many must be left for a folder to wrap them.
        int LeftInside(string[] path) =>
            layout switch
            {
                ImportLayout.Classes => 2,
                not ImportLayout.Domains => 1,
                _ => path.Length > depth + 1 && SplitNames.ContainsKey(ImportName.Key(path[depth + 1])) ? 4 : 3,
            };
    }

    /// <param name="Name">The file's whole name.</param>
    /// <param name="Path">Folders and file name, without what wraps everything.</param>
    private sealed record FileInside(string Name, string[] Path)
    {
        public bool StartsWithSplit => Path.Length > 1 && SplitNames.ContainsKey(Path[0]);
    }
}
