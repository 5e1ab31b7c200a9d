using System.Buffers.Binary;

namespace BlazorTransfer.Imaging;

/// <summary>The blocks of a GIF file (GIF89a specification).</summary>
internal static class GifHeader
{
    private const int Length = 13;

    public static PictureHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Length)
            return new PictureHeader(1, 1, IsComplete: false);
        int width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]),
            height = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        int frames = CountFrames(file, width, height);
        return new PictureHeader(width, height, IsComplete: frames > 0, frames);
    }

    /// <summary>Frames that lie inside of the picture, and whose data ends within the file. A larger one would cost more than the picture's
    /// size says.</summary>
    private static int CountFrames(ReadOnlySpan<byte> file, int width, int height)
    {
        const byte image = 0x2C,
            extension = 0x21;
        const int descriptor = 10;
        int frames = 0,
            at = Length + TableBytes(file[10]);
        while (at < file.Length)
        {
            byte kind = file[at];
            if (kind == extension)
                at += 2;
            else if (kind == image && at + descriptor < file.Length && IsInside(file[(at + 1)..], width, height))
                at += descriptor + TableBytes(file[at + 9]) + 1;
            else
                break;
            // Blocks of a length and as many bytes, the last of length 0.
            while (at < file.Length && file[at] != 0)
                at += 1 + file[at];
            if (at >= file.Length)
                break;
            at++;
            frames += kind == image ? 1 : 0;
        }

        return frames;
    }

    private static bool IsInside(ReadOnlySpan<byte> area, int width, int height) =>
        BinaryPrimitives.ReadUInt16LittleEndian(area) + BinaryPrimitives.ReadUInt16LittleEndian(area[4..]) <= width
        && BinaryPrimitives.ReadUInt16LittleEndian(area[2..]) + BinaryPrimitives.ReadUInt16LittleEndian(area[6..]) <= height;

    private static int TableBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
}
