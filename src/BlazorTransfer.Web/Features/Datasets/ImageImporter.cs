using System.Security.Cryptography;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What an import is made of: names to lay out, and bytes for each.</summary>
/// <param name="Names">Names with forward slashes.</param>
/// <param name="Rejected">What the source itself refused.</param>
/// <param name="Read">Bytes of a name, or why they cannot be had.</param>
/// <param name="Tags">Tags of a name.</param>
/// <param name="Layout">What the folders mean.</param>
internal sealed record ImportSource(
    IReadOnlyCollection<string> Names,
    IReadOnlyList<RejectedFile> Rejected,
    Func<string, (byte[]? Bytes, string? Reason)> Read,
    Func<string, IReadOnlyDictionary<string, string>?> Tags,
    ImportLayout Layout = ImportLayout.Classes);

/// <summary>
/// Stores images by their hash and writes a manifest of them. Images appear whole or not at all and are shared between data
/// sets; nothing refers to them until the manifest is there.
/// </summary>
internal sealed class ImageImporter(DataFolder folder)
{
    // Guards the image files against a deletion while an import counts on them; imports run one at a time.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);

    /// <summary>Deletes image files that no data set has any more, except those that the import at work has found or brought.</summary>
    public void DeleteImages(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            lock (_gate)
            {
                if (!_counted.Contains(file)) File.Delete(Path.Combine(folder.Images, file));
            }
        }
    }

    /// <summary>The import at work has ended: its images belong to a data set now, or to nobody.</summary>
    public void Release()
    {
        lock (_gate) _counted.Clear();
    }

    /// <exception cref="ImportException">No data set can be made of it; the message says what to change.</exception>
    public (ImportResult Result, long Bytes) Import(ImportSource source, SplitPlan plan, Action<ImportProgress> progress, CancellationToken cancel)
    {
        LabelTable? table = LabelTable.In(source.Names, source.Read);
        ClassFolderLayout layout = ClassFolderLayout.Of(source.Names, source.Layout, table);
        var rejected = new List<RejectedFile>([.. source.Rejected, .. layout.Rejected, .. table?.Absent(source.Names) ?? []]);
        var images = new List<ImportedImage>(layout.Placed.Count);
        long bytes = 0;
        for (int i = 0; i < layout.Placed.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (folder.IsLowOnSpace) throw new ImportException("The disk is nearly full. Free some space and import again.");
            PlacedFile file = layout.Placed[i];
            (byte[]? content, string? reason) = source.Read(file.Name);
            ImageProbeResult? probe = content is null ? null : ImageProbe.Verify(content);
            if (probe is { IsAccepted: true })
            {
                images.Add(new ImportedImage(file, Store(content!, probe), source.Tags(file.Name) ?? table?.TagsOf(file.Name)));
                bytes += content!.Length;
            }
            else
            {
                rejected.Add(new RejectedFile(file.Name, reason ?? probe!.Rejection!));
            }

            progress(new ImportProgress(i + 1, layout.Placed.Count, rejected.Count));
        }

        return (DatasetAssembler.Assemble(images, rejected, plan, source.Layout), bytes);
    }

    private StoredImage Store(byte[] content, ImageProbeResult probe)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        string file = DataFolder.ImageFile(sha256, probe.Format!.Value.Extension());
        string path = Path.Combine(folder.Images, file);
        lock (_gate)
        {
            _counted.Add(file);
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, stream => stream.Write(content));
            }
        }

        return new StoredImage(file, sha256, probe.Width, probe.Height);
    }
}
