using System.Security.Cryptography;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>What an import is made of: names to lay out, and bytes for each.</summary>
/// <param name="Names">Names with forward slashes.</param>
/// <param name="Rejected">What the source itself refused.</param>
/// <param name="Read">Bytes of a name, or why they cannot be had.</param>
/// <param name="Tags">Tags of a name.</param>
/// <param name="Options">How they are read.</param>
/// <param name="Notes">What the source says of its names, in sentences; null for nothing.</param>
internal sealed record ImportSource(
    IReadOnlyCollection<string> Names,
    IReadOnlyList<RejectedFile> Rejected,
    Func<string, (byte[]? Bytes, Message? Reason)> Read,
    Func<string, IReadOnlyDictionary<string, string>?> Tags,
    ImportOptions Options,
    IReadOnlyList<Message>? Notes = null
);

/// <summary>
/// Stores images by their hash and writes a manifest of them. Images appear whole or not at all and are shared between data
/// sets; nothing refers to them until the manifest is there.
/// </summary>
internal sealed class ImageImporter(DataFolder folder, ImageProcesses processes)
{
    private const int PortionFiles = 64;

    /// <summary>A few portions are in memory, since what they leave behind is not collected at once; each has work for all
    /// processors.</summary>
    internal static readonly long PortionBytes = Math.Max(8L << 20, (4L << 20) * Environment.ProcessorCount);

    // More than the processors, since a file that is flushed to the disk keeps none of them busy.
    private static readonly int StoredAtOnce = 4 * Environment.ProcessorCount;

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
                if (!_counted.Contains(file))
                    File.Delete(Path.Combine(folder.Images, file));
            }
        }
    }

    /// <summary>The import at work has ended: its images belong to a data set now, or to nobody.</summary>
    public void Release()
    {
        lock (_gate)
            _counted.Clear();
    }

    /// <exception cref="ImportException">No data set can be made of it; the message says what to change.</exception>
    public async Task<(ImportResult Result, long Bytes)> ImportAsync(
        ImportSource source,
        SplitPlan split,
        Action<ImportProgress> progress,
        CancellationToken cancel
    )
    {
        var rejected = new List<RejectedFile>(source.Rejected);
        var plan = ImportPlan.Of(source.Names, source.Read, source.Options);
        var images = new List<ImportedImage>(plan.Placed.Count);
        long bytes = 0;
        int done = 0;
        foreach (ReadFile[] files in InPortions(plan.Placed, source.Read))
        {
            cancel.ThrowIfCancellationRequested();
            folder.RequireSpace();
            foreach (
                (ReadFile file, (StoredImage? image, Message? reason)) in files.Zip(await JudgeAllAsync(files, source.Options, cancel))
            )
            {
                if (image is null)
                    rejected.Add(new RejectedFile(file.Place.Name, reason!));
                else
                    images.Add(new ImportedImage(file.Place, image, source.Tags(file.Place.Name) ?? plan.TagsOf(file.Place.Name)));
                bytes += image is null ? 0 : file.Content!.Length;
            }

            done += files.Length;
            progress(new ImportProgress(done, plan.Placed.Count, plan.Rejected.Count + rejected.Count));
        }

        return (plan.Assemble(images, rejected, split, source.Notes), bytes);
    }

    /// <summary>Reads files one after another, as an archive must be, as many at a time as are worth looking at side by side.</summary>
    private static IEnumerable<ReadFile[]> InPortions(IReadOnlyList<PlacedFile> places, Func<string, (byte[]? Bytes, Message? Reason)> read)
    {
        var portion = new List<ReadFile>();
        long bytes = 0;
        foreach (PlacedFile place in places)
        {
            (byte[]? content, Message? reason) = read(place.Name);
            portion.Add(new ReadFile(place, content, reason));
            bytes += content?.Length ?? 0;
            if (portion.Count < PortionFiles && bytes < PortionBytes)
                continue;
            yield return [.. portion];
            portion.Clear();
            bytes = 0;
        }

        if (portion.Count > 0)
            yield return [.. portion];
    }

    private async Task<(StoredImage? Image, Message? Reason)[]> JudgeAllAsync(
        ReadFile[] files,
        ImportOptions options,
        CancellationToken cancel
    )
    {
        var judged = new (StoredImage? Image, Message? Reason)[files.Length];
        await Parallel.ForAsync(
            0,
            files.Length,
            new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = StoredAtOnce },
            async (i, stop) => judged[i] = await JudgeAsync(files[i], options, stop)
        );
        return judged;
    }

    private async Task<(StoredImage? Image, Message? Reason)> JudgeAsync(ReadFile file, ImportOptions options, CancellationToken cancel)
    {
        if (file.Content is null)
            return (null, file.Reason);
        ImageAnswer answer = await processes.VerifyAsync(file.Content, cancel);
        return answer.WhySkipped(options) is { } reason ? (null, reason) : (Store(file.Content, answer), null);
    }

    private StoredImage Store(byte[] content, ImageAnswer image)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        string file = DataFolder.ImageFile(sha256, image.Format!.Value.Extension());
        string path = Path.Combine(folder.Images, file);
        // Once it is counted, nobody deletes it.
        lock (_gate)
            _counted.Add(file);
        if (!File.Exists(path))
        {
            DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(content));
        }

        return new StoredImage(file, sha256, image.Width, image.Height);
    }

    /// <param name="Place">Where it belongs.</param>
    /// <param name="Content">Its bytes; null where they cannot be had.</param>
    /// <param name="Reason">Why not.</param>
    private sealed record ReadFile(PlacedFile Place, byte[]? Content, Message? Reason);
}
