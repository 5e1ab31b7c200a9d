using System.Buffers.Binary;

namespace BlazorTransfer.Imaging;

/// <summary>The header of a TGA file (Truevision TGA File Format Specification 2.0). The format has no signature at its begin, so that a
/// file counts as one where all fields of the header fit together.</summary>
internal static class TgaHeader
{
    private const int Length = 18;
    private const int RunLength = 8;

    /// <summary>Whether the file begins as a TGA file does.</summary>
    public static bool Fits(ReadOnlySpan<byte> file)
    {
        if (file.Length <= Length || file[1] > 1 || file[17] >= 0x40)
            return false;
        bool hasMap = file[1] == 1;
        bool fitsType = (file[2] & ~RunLength) switch
        {
            1 => hasMap && file[16] is 8 or 16,
            2 => file[16] is 15 or 16 or 24 or 32,
            3 => file[16] is 8,
            _ => false,
        };
        bool fitsMap = hasMap
            ? BinaryPrimitives.ReadUInt16LittleEndian(file[5..]) > 0 && file[7] is 15 or 16 or 24 or 32
            : !file[3..8].ContainsAnyExcept((byte)0);
        return fitsType && fitsMap && Side(file[12..]) > 0 && Side(file[14..]) > 0;
    }

    public static PictureHeader Read(ReadOnlySpan<byte> file)
    {
        (int width, int height) = (Side(file[12..]), Side(file[14..]));
        int pixelBytes = (file[16] + 7) / 8,
            mapBytes = file[1] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[5..]) * ((file[7] + 7) / 8) : 0;
        long start = Length + file[0] + mapBytes,
            pixels = (long)width * height;
        bool isComplete =
            (file[2] & RunLength) == 0
                ? start + pixels * pixelBytes <= file.Length
                : start <= file.Length && HasRuns(file[(int)start..], pixels, pixelBytes);
        return new PictureHeader(width, height, isComplete);
    }

    private static bool HasRuns(ReadOnlySpan<byte> data, long pixels, int pixelBytes)
    {
        long at = 0;
        while (pixels > 0 && at < data.Length)
        {
            byte head = data[(int)at];
            int count = (head & 0x7F) + 1;
            at += 1 + (head >= 0x80 ? pixelBytes : (long)count * pixelBytes);
            pixels -= count;
        }

        return pixels <= 0 && at <= data.Length;
    }

    private static int Side(ReadOnlySpan<byte> field) => BinaryPrimitives.ReadUInt16LittleEndian(field);
}
