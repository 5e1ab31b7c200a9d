namespace BlazorTransfer.Core.Datasets;

/// <summary>Where a file of an import belongs.</summary>
/// <param name="Name">The file's name as the user brought it, with forward slashes.</param>
/// <param name="Label">The class: the name of the folder it lies in.</param>
/// <param name="Split">The split that a folder above the class names; null where there is none.</param>
/// <param name="Domain">The folder above class and split, where those divide the images by where they come from; else null.</param>
public sealed record PlacedFile(string Name, string Label, Split? Split, string? Domain = null);

/// <summary>What the folders of an import mean.</summary>
/// <param name="Placed">Files in class folders, by name.</param>
/// <param name="Rejected">Files that lie where no class is, and why.</param>
public sealed record ClassFolderLayout(IReadOnlyList<PlacedFile> Placed, IReadOnlyList<RejectedFile> Rejected)
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
    private static readonly HashSet<string> Litter = new(StringComparer.OrdinalIgnoreCase) { ".DS_Store", "Thumbs.db", "desktop.ini" };

    /// <summary>
    /// Reads class folders (<c>ants/1.jpg</c>) or split folders with class folders (<c>train/ants/1.jpg</c>), each also inside
    /// folders that wrap everything, as archives often have. Deeper folders belong to their class.
    /// </summary>
    public static ClassFolderLayout Of(IEnumerable<string> names)
    {
        string[][] paths =
        [
            .. names.Order(StringComparer.Ordinal).Select(n => n.Split('/', StringSplitOptions.RemoveEmptyEntries))
                .Where(parts => parts.Length > 0 && !parts.Any(p => p == "__MACOSX") && !Litter.Contains(parts[^1])),
        ];
        int wrapping = WrappingFolders(paths);
        bool hasSplits = paths.Any(p => p.Length > wrapping + 1 && SplitNames.ContainsKey(p[wrapping]));
        var placed = new List<PlacedFile>();
        var rejected = new List<RejectedFile>();
        foreach (string[] parts in paths)
        {
            string name = string.Join('/', parts);
            string[] inner = parts[wrapping..];
            if (inner.Any(p => p.StartsWith('.')))
                rejected.Add(new RejectedFile(name, "It is a hidden file."));
            else if (!hasSplits && inner.Length < 2)
                rejected.Add(new RejectedFile(name, "It lies in no class folder. Put each image into a folder named after its class."));
            else if (!hasSplits)
                placed.Add(new PlacedFile(name, inner[0], null));
            else if (inner.Length < 2 || !SplitNames.TryGetValue(inner[0], out Split split))
                rejected.Add(new RejectedFile(name, "It lies outside the train, val and test folders."));
            else if (inner.Length < 3)
                rejected.Add(new RejectedFile(name, $"It lies in '{inner[0]}', but in no class folder there."));
            else
                placed.Add(new PlacedFile(name, inner[1], split));
        }

        return new ClassFolderLayout(placed, rejected);
    }

    /// <summary>How many folders enclose everything without being a split or the only class.</summary>
    private static int WrappingFolders(string[][] paths)
    {
        int depth = 0;
        while (paths.Length > 0
            && paths.All(p => p.Length > depth + 2 && p[depth] == paths[0][depth])
            && !SplitNames.ContainsKey(paths[0][depth]))
        {
            depth++;
        }

        return depth;
    }
}
