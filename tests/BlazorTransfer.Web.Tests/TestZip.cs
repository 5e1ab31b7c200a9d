using System.IO.Compression;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Web.Tests;

/// <summary>Zips to upload.</summary>
internal static class TestZip
{
    /// <summary>A small JPEG of one colour; another shade is another image.</summary>
    public static byte[] Jpeg(int shade, int side = 16)
    {
        var image = new RgbImage(side, side);
        Array.Fill(image.Pixels, (byte)shade);
        using var stream = new MemoryStream();
        JpegEncoder.Encode(image, stream, 90);
        return stream.ToArray();
    }

    public static IEnumerable<(string Name, byte[] Content)> TwoClasses() =>
        [("a/1.jpg", Jpeg(10)), ("a/2.jpg", Jpeg(60)), ("b/1.jpg", Jpeg(120)), ("b/2.jpg", Jpeg(200))];

    public static string Write(string path, IEnumerable<(string Name, byte[] Content)> files)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in files)
        {
            using Stream entry = zip.CreateEntry(name).Open();
            entry.Write(content);
        }

        return path;
    }
}
