using System.Collections.Concurrent;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Foundation;
using Microsoft.Win32.SafeHandles;

namespace BlazorTransfer.Training.Inputs;

/// <summary>
/// Decoded pixels on disk, one image after another, for one run. The file loses its name as soon as it is open, so that the system frees it
/// when the process ends, however that ends: there is nothing to rename, to evict or to tidy up. It is read and not mapped, for the reason
/// that a file of cached features gives; what is used stays in the system's memory either way.
/// </summary>
internal sealed class DecodedFile : IDisposable
{
    // The rest of the disk is for checkpoints.
    private const int DiskShare = 2;

    private readonly ConcurrentDictionary<DecodedKey, (long Offset, int Width, int Height)> _places = [];
    private readonly SafeFileHandle _file;
    private readonly long _maximumBytes;
    private long _length;
    private volatile bool _failed;

    private DecodedFile(SafeFileHandle file, long maximumBytes) => (_file, _maximumBytes) = (file, maximumBytes);

    /// <returns>Null where the disk does not allow it: a cache is never worth a run.</returns>
    public static DecodedFile? Open(FeatureCacheSpec spec)
    {
        try
        {
            Directory.CreateDirectory(spec.Folder);
            long maximum = Math.Min(spec.MaximumBytes, new DriveInfo(Path.GetFullPath(spec.Folder)).AvailableFreeSpace / DiskShare);
            string path = Path.Combine(spec.Folder, $"decoded-{Guid.NewGuid():N}.tmp");
            // Windows keeps the name, but deletes the file itself when the last handle is closed.
            FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
            SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, options);
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            return new DecodedFile(file, maximum);
        }
        catch (Exception e) when (DiskFault.Is(e) || e is ArgumentException)
        {
            // Also a network share without a letter on Windows, whose free space cannot be asked for.
            return null;
        }
    }

    /// <returns>Null where it is not there, or cannot be read.</returns>
    public RgbImage? Read(DecodedKey key)
    {
        if (!_places.TryGetValue(key, out (long Offset, int Width, int Height) place))
            return null;
        var image = new RgbImage(place.Width, place.Height);
        try
        {
            for (int done = 0; done < image.Pixels.Length; )
            {
                int read = RandomAccess.Read(_file, image.Pixels.AsSpan(done), place.Offset + done);
                if (read == 0)
                    return null;
                done += read;
            }

            return image;
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            return null;
        }
    }

    public void Write(DecodedKey key, RgbImage image)
    {
        if (_failed || _places.ContainsKey(key))
            return;
        long end = Interlocked.Add(ref _length, image.Pixels.Length),
            offset = end - image.Pixels.Length;
        if (end > _maximumBytes)
        {
            Interlocked.Add(ref _length, -image.Pixels.Length);
            return;
        }

        try
        {
            RandomAccess.Write(_file, image.Pixels, offset);
            _places.TryAdd(key, (offset, image.Width, image.Height));
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            _failed = true;
        }
    }

    public void Dispose() => _file.Dispose();
}
