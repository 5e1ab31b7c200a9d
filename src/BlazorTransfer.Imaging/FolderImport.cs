using System.IO.Enumeration;
using System.Security.Cryptography;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>Reads a folder of images where it lies; nothing is copied.</summary>
public static class FolderImport
{
    private const int DeepestFolder = 10;

    /// <param name="folder">The folder; sample files are relative to it.</param>
    /// <param name="plan">How to split where the folders do not.</param>
    /// <param name="options">How the files are read.</param>
    /// <param name="cancel">Stops the scan.</param>
    /// <exception cref="ImportException">The folder holds no data set; the message says what to change.</exception>
    public static ImportResult FromFolder(
        string folder,
        SplitPlan? plan = null,
        ImportOptions? options = null,
        CancellationToken cancel = default
    )
    {
        var unreadable = new List<RejectedFile>();
        string[] names = FilesIn(folder, unreadable);
        string root = Path.GetFullPath(folder);
        var import = ImportPlan.Of(names, name => ReadText(Path.Combine(root, name)), options ?? new ImportOptions());
        var judged = new (ImportedImage? Image, RejectedFile? Rejected)[import.Placed.Count];
        Parallel.For(
            0,
            judged.Length,
            new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
            i => judged[i] = Judge(root, import.Placed[i], import)
        );
        return import.Assemble(
            [.. judged.Select(j => j.Image).OfType<ImportedImage>()],
            [.. unreadable, .. judged.Select(j => j.Rejected).OfType<RejectedFile>()],
            plan ?? SplitPlan.Default
        );
    }

    /// <summary>The layout that the names of a folder's files have.</summary>
    /// <exception cref="ImportException">There is no such folder.</exception>
    public static ImportLayout LayoutOf(string folder) => LayoutDetection.Of(FilesIn(folder, []));

    private static string[] FilesIn(string folder, List<RejectedFile> rejected) =>
        Directory.Exists(folder)
            ? NamesIn(Path.GetFullPath(folder), rejected)
            : throw new ImportException("import.no-folder", $"There is no folder '{folder}'.");

    /// <summary>Files below a folder with forward slashes. Those whose names cannot be read as text, or that lie too deep, are rejected. A
    /// link to a folder around it is not followed.</summary>
    /// <param name="root">The folder, as a full path.</param>
    /// <param name="rejected">Takes the rejected files.</param>
    public static string[] NamesIn(string root, List<RejectedFile> rejected)
    {
        var files = new FileSystemEnumerable<string>(
            root,
            (ref FileSystemEntry entry) => NameOf(ref entry),
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.None,
                // Deeper ones are looked at only to say that they are there.
                MaxRecursionDepth = 4 * DeepestFolder,
            }
        )
        {
            // Where a name is not valid UTF-8, .NET puts replacement characters into it and cannot open it, and leaves out what is inside.
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || entry.FileName.Contains(ImportName.Replacement),
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) || !LeadsBack(entry.ToFullPath()),
        };
        var names = new List<string>();
        foreach (string name in files)
        {
            if (ImportName.WhyNotText(name) is { } reason)
                rejected.Add(new RejectedFile(ImportName.Printable(name), reason));
            else if (name.Count(c => c == '/') > DeepestFolder)
                rejected.Add(new RejectedFile(name, Message.Of("skipped.too-deep", $"It lies more than {DeepestFolder} folders deep.")));
            else
                names.Add(name);
        }

        return [.. names];

        string NameOf(ref FileSystemEntry entry)
        {
            string name = Path.GetRelativePath(root, entry.ToFullPath());
            return Path.DirectorySeparatorChar == '\\' ? name.Replace('\\', '/') : name;
        }
    }

    /// <summary>Whether a link leads to a folder that it lies in, so that following it would not end.</summary>
    private static bool LeadsBack(string link)
    {
        try
        {
            return new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName is not { } target
                || $"{link}/".StartsWith($"{target.TrimEnd('/')}/", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Links that lead to one another.
            return true;
        }
    }

    private static (byte[]? Bytes, Message? Reason) ReadText(string path)
    {
        try
        {
            return (File.ReadAllBytes(path), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Message.Plain(e.Message));
        }
    }

    private static (ImportedImage?, RejectedFile?) Judge(string root, PlacedFile file, ImportPlan import)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(root, file.Name));
            ImageProbeResult probe = ImageProbe.Verify(bytes);
            return probe.WhySkipped(import.Options) is { } reason
                ? (null, new RejectedFile(file.Name, reason))
                : (
                    new ImportedImage(
                        file,
                        new StoredImage(file.Name, Convert.ToHexStringLower(SHA256.HashData(bytes)), probe.Width, probe.Height),
                        import.TagsOf(file.Name)
                    ),
                    null
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new RejectedFile(file.Name, Message.Of("skipped.unreadable", $"It cannot be read: {Message.Of(e)}")));
        }
    }
}
