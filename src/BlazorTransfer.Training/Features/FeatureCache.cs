using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Features;

/// <summary>
/// What the frozen part of a network makes of images, kept on disk between runs: the trials of a search, the folds of a cross-validation
/// and
/// the seeds of an experiment all see the same images through the same layers. A folder for each frozen part, named by a hash of all that
/// decides its output; in it, <see cref="FeatureSegment"/>s. When all folders together are too large, those not used for longest go.
/// </summary>
internal sealed class FeatureCache
{
    // Of temporary files that a killed worker left.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly FeatureCacheSpec _spec;
    private readonly string _folder;
    private readonly int _rowLength;

    private FeatureCache(FeatureCacheSpec spec, string folder, int rowLength) => (_spec, _folder, _rowLength) = (spec, folder, rowLength);

    /// <param name="spec">Where, and how much at most.</param>
    /// <param name="trunk">What computes them.</param>
    /// <param name="preprocessing">What happens to an image before.</param>
    /// <param name="rowLength">Floats of an image's features.</param>
    /// <param name="draws">What is drawn for images, see <see cref="Pictures.Draws"/>.</param>
    /// <returns>Null where the folder cannot be made: a cache is never worth a run.</returns>
    public static FeatureCache? Open(FeatureCacheSpec spec, FrozenTrunk trunk, Preprocessing preprocessing, int rowLength, string draws)
    {
        string folder = Path.Combine(spec.Folder, KeyOf(trunk, preprocessing, draws));
        try
        {
            Directory.CreateDirectory(folder);
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return new FeatureCache(spec, folder, rowLength);
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            return null;
        }
    }

    /// <summary>All segments of this frozen part; the caller disposes of them.</summary>
    public IReadOnlyList<FeatureSegment> Segments() =>
        [
            .. Directory
                .EnumerateFiles(_folder, $"*{FeatureSegment.Extension}")
                .Order(StringComparer.Ordinal)
                .Select(path => FeatureSegment.Open(path, _rowLength))
                .OfType<FeatureSegment>(),
        ];

    public FeatureSegment.Writer Write(int rows) =>
        new(Path.Combine(_folder, $"{Guid.NewGuid():N}{FeatureSegment.Extension}"), rows, _rowLength);

    /// <summary>Deletes folders that were not used for longest until the rest fits; never this one.</summary>
    public void Evict()
    {
        try
        {
            var folders = new DirectoryInfo(_spec.Folder)
                .EnumerateDirectories()
                .Select(d => (Folder: d, Bytes: d.EnumerateFiles().Sum(f => f.Length)))
                .OrderBy(d => d.Folder.LastWriteTimeUtc)
                .ToList();
            long total = folders.Sum(d => d.Bytes);
            foreach ((DirectoryInfo folder, long bytes) in folders.Where(d => d.Folder.FullName != Path.GetFullPath(_folder)))
            {
                if (total <= _spec.MaximumBytes)
                    break;
                folder.Delete(recursive: true);
                total -= bytes;
            }

            foreach (
                FileInfo left in new DirectoryInfo(_folder)
                    .EnumerateFiles("*.tmp")
                    .Where(f => DateTime.UtcNow - f.LastWriteTimeUtc > Abandoned)
            )
                left.Delete();
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            // Another worker tidies up too, or reads, on a system where that keeps a file. The next run tries again.
        }
    }

    /// <summary>Hash of all that decides what comes out: the layers with their weights and statistics, the preprocessing, what is drawn,
    /// and how it is computed.</summary>
    private static string KeyOf(FrozenTrunk trunk, Preprocessing preprocessing, string draws)
    {
        TransferModel model = trunk.Model;
        // Many threads add up in another order than one; a run with one thread promises the same bits each time.
        string how =
            $"2 {EngineVersion.Current} {typeof(torch).Assembly.GetName().Version} {model.Backbone.Spec.Name} {trunk.Entry} "
            + $"{trunk.Arithmetic} {model.Device.type}{(model.Device.type != DeviceType.CPU && Devices.UsesTf32 ? " TF32" : "")} "
            + $"{get_num_threads() == 1} {System.Text.Json.JsonSerializer.Serialize(preprocessing, ProtocolJson.Line)} {draws}";
        return Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(how), .. trunk.Fingerprint]).AsSpan(0, 16));
    }
}
