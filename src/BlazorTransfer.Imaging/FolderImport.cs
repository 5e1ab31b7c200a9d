using System.Security.Cryptography;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Imaging;

/// <summary>Reads a folder of images where it lies; nothing is copied.</summary>
public static class FolderImport
{
    /// <param name="folder">The folder; sample files are relative to it.</param>
    /// <param name="plan">How to split where the folders do not.</param>
    /// <param name="layout">What the folders inside mean.</param>
    /// <param name="cancel">Stops the scan.</param>
    /// <exception cref="ImportException">The folder holds no data set; the message says what to change.</exception>
    public static ImportResult FromFolder(
        string folder,
        SplitPlan? plan = null,
        ImportLayout layout = ImportLayout.Classes,
        CancellationToken cancel = default
    )
    {
        if (!Directory.Exists(folder))
            throw new ImportException($"There is no folder '{folder}'.");
        string root = Path.GetFullPath(folder);
        string[] names =
        [
            .. Directory
                .EnumerateFiles(
                    root,
                    "*",
                    new EnumerationOptions
                    {
                        RecurseSubdirectories = true,
                        AttributesToSkip = FileAttributes.None,
                        MaxRecursionDepth = 10,
                    }
                )
                .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/')),
        ];
        var rejected = new List<RejectedFile>();
        LabelTable? table = LabelTable.In(names, name => ReadTable(Path.Combine(root, name)), layout, rejected);
        ClassFolderLayout folders = ClassFolderLayout.Of(names, layout, table);
        var judged = new (ImportedImage? Image, RejectedFile? Rejected)[folders.Placed.Count];
        Parallel.For(
            0,
            judged.Length,
            new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
            i => judged[i] = Judge(root, folders.Placed[i], table)
        );
        return DatasetAssembler.Assemble(
            [.. judged.Select(j => j.Image).OfType<ImportedImage>()],
            rejected
                .Concat(folders.Rejected)
                .Concat(table?.Absent(names) ?? [])
                .Concat(judged.Select(j => j.Rejected).OfType<RejectedFile>()),
            plan ?? SplitPlan.Default,
            layout
        );
    }

    private static (byte[]? Bytes, string? Reason) ReadTable(string path)
    {
        try
        {
            return (File.ReadAllBytes(path), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    private static (ImportedImage?, RejectedFile?) Judge(string root, PlacedFile file, LabelTable? table)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(root, file.Name));
            ImageProbeResult probe = ImageProbe.Verify(bytes);
            return probe.IsAccepted
                ? (
                    new ImportedImage(
                        file,
                        new StoredImage(file.Name, Convert.ToHexStringLower(SHA256.HashData(bytes)), probe.Width, probe.Height),
                        table?.TagsOf(file.Name)
                    ),
                    null
                )
                : (null, new RejectedFile(file.Name, probe.Rejection));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new RejectedFile(file.Name, $"It cannot be read: {e.Message}"));
        }
    }
}
