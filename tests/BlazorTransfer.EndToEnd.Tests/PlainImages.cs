using System.IO.Compression;
using System.Text;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>Small images of one shade each, and zips of them, where what an image shows is of no importance.</summary>
internal static class PlainImages
{
    /// <summary>A zip of images.</summary>
    /// <param name="images">Name in the zip and shade of each.</param>
    /// <param name="encoding">Of the names; null for UTF-8.</param>
    public static byte[] Zip(IEnumerable<(string Name, byte Shade)> images, Encoding? encoding = null)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, encoding))
        {
            foreach ((string name, byte shade) in images)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(Bitmap(shade));
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A bitmap of 16 × 16 pixels of one shade.</summary>
    public static byte[] Bitmap(byte shade)
    {
        const int head = 54,
            side = 16,
            bits = 24;
        byte[] file = new byte[head + side * side * 3];
        "BM"u8.CopyTo(file);
        foreach ((int at, int value) in new[] { (2, file.Length), (10, head), (14, 40), (18, side), (22, side) })
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        (file[26], file[28]) = (1, bits);
        file.AsSpan(head).Fill(shade);
        return file;
    }
}
