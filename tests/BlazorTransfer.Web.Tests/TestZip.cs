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

    /// <summary>Two classes in each of two domains, two images each.</summary>
    public static IEnumerable<(string Name, byte[] Content)> TwoDomains() =>
        from d in new[] { 0, 1 }
        from c in new[] { 0, 1 }
        from i in new[] { 0, 1 }
        select ($"set/{(d == 0 ? "photo" : "sketch")}/{(c == 0 ? "a" : "b")}/{i}.jpg", Jpeg((120 * d) + (60 * c) + (30 * i)));

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
