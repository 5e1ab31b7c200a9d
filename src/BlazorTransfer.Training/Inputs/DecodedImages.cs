using System.Collections.Concurrent;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Training.Inputs;

/// <summary>Names decoded pixels.</summary>
/// <param name="Image">The <see cref="Core.Datasets.Sample.Key"/>: the file's content, and the region of it.</param>
/// <param name="How">All else that decides the pixels.</param>
internal readonly record struct DecodedKey(string Image, string How);

/// <summary>
/// What a run has decoded, so that no epoch decodes it again: in memory, then in a <see cref="DecodedFile"/>, and where both are full, not
/// at all. Called from several threads at once.
/// </summary>
/// <param name="memoryBytes">Bytes of pixels held in memory at most, in all.</param>
/// <param name="spill">Where the file goes and how large it may become; null for none.</param>
internal sealed class DecodedImages(long memoryBytes, FeatureCacheSpec? spill = null) : IDisposable
{
    // A sixth of the machine's memory: the network, its gradients and the web application want the rest.
    private const int MemoryShare = 6;

    private readonly ConcurrentDictionary<DecodedKey, RgbImage> _held = [];
    private readonly Lazy<DecodedFile?> _file = new(() => spill is null ? null : DecodedFile.Open(spill));
    private long _bytes;

    /// <summary>With the usual share of memory.</summary>
    public static DecodedImages Of(FeatureCacheSpec? spill) => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare, spill);

    public RgbImage GetOrAdd(DecodedKey key, Func<RgbImage> decode)
    {
        if (_held.TryGetValue(key, out RgbImage? held))
            return held;
        if (_file.IsValueCreated && _file.Value?.Read(key) is { } filed)
            return filed;
        RgbImage image = decode();
        if (!Hold(key, image))
            _file.Value?.Write(key, image);
        return image;
    }

    public void Dispose()
    {
        if (_file.IsValueCreated)
            _file.Value?.Dispose();
    }

    private bool Hold(DecodedKey key, RgbImage image)
    {
        if (Interlocked.Add(ref _bytes, image.Pixels.Length) <= memoryBytes && _held.TryAdd(key, image))
            return true;
        Interlocked.Add(ref _bytes, -image.Pixels.Length);
        // Another thread may have read the same image.
        return _held.ContainsKey(key);
    }
}
