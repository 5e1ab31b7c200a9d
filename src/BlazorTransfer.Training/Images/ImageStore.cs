using System.Collections.Concurrent;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Training.Images;

/// <summary>
/// Reads a data set's images. For training they are kept decoded, a little larger than the network's input, as long as they
/// fit into the budget: decoding costs many times what a crop out of memory does.
/// </summary>
public sealed class ImageStore(string root, int workingSide)
{
    // A sixth of the machine's memory: the network, its gradients and the web application want the rest.
    private const int MemoryShare = 6;

    private readonly ConcurrentDictionary<string, RgbImage> _decoded = new(StringComparer.Ordinal);
    private readonly long _budget = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare;
    private long _bytes;

    /// <summary>The image in full size, as evaluation needs it to agree with PIL.</summary>
    /// <exception cref="TrainingException">The file is gone or damaged.</exception>
    public RgbImage Full(Sample sample) => Read(sample, minimumShorterSide: null);

    /// <summary>The image with its shorter side reduced to the working side.</summary>
    /// <inheritdoc cref="Full"/>
    public RgbImage Working(Sample sample)
    {
        if (_decoded.TryGetValue(sample.Sha256, out RgbImage? kept)) return kept;
        RgbImage image = Read(sample, minimumShorterSide: 2 * workingSide);
        if (image.ShorterSide > workingSide) image = PilResize.ShorterSide(image, workingSide);
        if (Interlocked.Add(ref _bytes, image.Pixels.Length) <= _budget) _decoded.TryAdd(sample.Sha256, image);
        return image;
    }

    private RgbImage Read(Sample sample, int? minimumShorterSide)
    {
        try
        {
            return ImageDecoder.DecodeRgb(Path.Combine(root, sample.File), minimumShorterSide);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageException)
        {
            throw new TrainingException(WorkerExitCode.BadInput, $"The image '{sample.Name}' cannot be read any more: {e.Message}", e);
        }
    }
}
