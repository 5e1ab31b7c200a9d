using BlazorTransfer.Core.Datasets.Annotations;

namespace BlazorTransfer.Core.Datasets;

/// <summary>Recognises the layout of an import by the names of its files. People see what was recognised, and can change it.</summary>
public static class LayoutDetection
{
    /// <param name="names">All files, with forward slashes.</param>
    public static ImportLayout Of(IEnumerable<string> names)
    {
        string[] files = [.. names.Where(n => !n.Split('/').Any(p => p == "__MACOSX" || p.StartsWith('.')))];
        string[] images = [.. new ImageNames(files).All.Where(n => !ClassFolderLayout.IsLitter(Path.GetFileName(n)))];
        bool hasXml = files.Any(VocFile.IsFile),
            hasTexts = files.Any(f => f.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) && !YoloFiles.IsNames(f));
        if (files.Any(CocoFile.IsInstances))
            return ImportLayout.Coco;
        if (hasXml)
            return ImportLayout.Voc;
        if (hasTexts && files.Any(YoloFiles.IsNames))
            return ImportLayout.Yolo;
        string[][] folders = WithoutWrapping([.. images.Select(n => n.Split('/')[..^1])]);
        bool hasClassFolders = folders.Where(f => f.Length > 0).Select(f => f[^1]).Distinct(StringComparer.Ordinal).Count() > 1;
        if (LabelTable.Find(files) is not null && !hasClassFolders)
            return ImportLayout.Table;
        if (files.Count(CocoFile.IsFile) == 1 && !hasClassFolders)
            return ImportLayout.Coco;
        return AreDomains(folders) ? ImportLayout.Domains
            : hasClassFolders ? ImportLayout.Classes
            : ImportLayout.Unlabelled;
    }

    // Domains have the same classes inside, as far as they are no splits.
    private static bool AreDomains(string[][] folders)
    {
        (string Outer, string Inner)[] pairs =
        [
            .. folders
                .Select(f => f.Where(p => ClassFolderLayout.SplitOf(p) is null).ToArray())
                .Where(f => f.Length == 2)
                .Select(f => (f[0], f[1]))
                .Distinct(),
        ];
        string[] outer = [.. pairs.Select(p => p.Outer).Distinct(StringComparer.Ordinal)];
        return outer.Length > 1
            && pairs.GroupBy(p => p.Inner, StringComparer.Ordinal).Count(g => g.Count() > 1) is > 1 and var shared
            && 2 * shared >= pairs.Select(p => p.Inner).Distinct(StringComparer.Ordinal).Count();
    }

    private static string[][] WithoutWrapping(string[][] folders)
    {
        while (
            folders.Length > 0
            && folders.All(f => f.Length > 0 && f[0] == folders[0][0])
            && ClassFolderLayout.SplitOf(folders[0][0]) is null
        )
        {
            folders = [.. folders.Select(f => f[1..])];
        }

        return folders;
    }
}
