using System.Buffers.Binary;

namespace BlazorTransfer.Imaging;

/// <summary>
/// The parts of an image file, read without its decoder: SkiaSharp hides libjpeg's warning that a progressive file was cut, and reads the
/// EXIF orientation of JPEG files only.
/// </summary>
/// <param name="IsComplete">False where the file ends before its last part. A JPEG of one scan counts as complete once the scan has
/// begun: its decoder tells whether rows are missing, and some cameras leave out the end marker.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 where the file has none.</param>
internal readonly record struct FileStructure(bool IsComplete, int Orientation)
{
    private const int NoOrientation = 1;

    public static FileStructure Of(ReadOnlySpan<byte> file, ImageFormat format) =>
        format switch
        {
            ImageFormat.Jpeg => OfJpeg(file),
            ImageFormat.Png => OfPng(file),
            ImageFormat.WebP => OfWebP(file),
            // Its rows are not compressed: the decoder misses those that are not there.
            ImageFormat.Bmp => new FileStructure(true, NoOrientation),
            ImageFormat.Gif or ImageFormat.Tiff or ImageFormat.Tga or ImageFormat.Pnm => throw new InvalidOperationException(
                $"The reader of {format} knows its parts itself."
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };

    private static FileStructure OfJpeg(ReadOnlySpan<byte> file)
    {
        const byte startOfScan = 0xDA,
            endOfImage = 0xD9,
            app1 = 0xE1;
        int? orientation = null;
        int components = 0;
        ProgressiveScans? progressive = null;
        int at = 2;
        while (NextMarker(file, ref at) is { } marker)
        {
            if (marker == endOfImage)
                return new FileStructure(progressive?.AreComplete ?? true, orientation ?? NoOrientation);
            if (marker is 0x01 or >= 0xD0 and <= 0xD8)
                continue;
            if (at + 2 > file.Length)
                break;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (length < 2 || at + length > file.Length)
                break;
            ReadOnlySpan<byte> segment = file.Slice(at + 2, length - 2);
            at += length;
            if (marker == app1 && segment.StartsWith(ExifOrientation.Prefix))
                orientation ??= ExifOrientation.Read(segment);
            // Frame headers, but for the tables and extensions among them.
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && segment.Length > 5)
                (components, progressive) = (segment[5], (marker & 3) == 2 ? new ProgressiveScans(segment[5]) : null);
            else if (marker == startOfScan && progressive is not null)
                progressive.Add(segment);
            else if (marker == startOfScan && segment.Length > 0 && segment[0] >= components)
                return new FileStructure(true, orientation ?? NoOrientation);
        }

        return new FileStructure(false, orientation ?? NoOrientation);
    }

    /// <summary>Moves behind the next marker that is neither a stuffed byte nor a restart inside compressed data.</summary>
    private static byte? NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && file[at..].IndexOf((byte)0xFF) is >= 0 and int found)
        {
            at += found + 1;
            while (at < file.Length && file[at] == 0xFF)
                at++;
            if (at < file.Length && file[at++] is not 0 and not (>= 0xD0 and <= 0xD7) and byte marker)
                return marker;
        }

        return null;
    }

    private static FileStructure OfPng(ReadOnlySpan<byte> file)
    {
        const int signature = 8,
            head = 8,
            check = 4;
        int orientation = NoOrientation;
        for (long at = signature; at + head <= file.Length; )
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            ReadOnlySpan<byte> type = file.Slice((int)at + 4, 4);
            if (type.SequenceEqual("IEND"u8))
                return new FileStructure(true, orientation);
            if (at + head + length + check > file.Length)
                break;
            if (type.SequenceEqual("eXIf"u8))
                orientation = ExifOrientation.Read(file.Slice((int)at + head, (int)length));
            at += head + length + check;
        }

        return new FileStructure(false, orientation);
    }

    private static FileStructure OfWebP(ReadOnlySpan<byte> file)
    {
        const int riffHead = 8,
            formHead = 12;
        int orientation = NoOrientation;
        long end = riffHead + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        long at = formHead;
        while (at + riffHead <= Math.Min(end, file.Length))
        {
            long length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            if (at + riffHead + length > file.Length)
                return new FileStructure(false, orientation);
            if (file.Slice((int)at, 4).SequenceEqual("EXIF"u8))
                orientation = ExifOrientation.Read(file.Slice((int)at + riffHead, (int)length));
            at += riffHead + length + (length & 1);
        }

        // Some programs leave out the last byte where it only rounds up to an even length.
        return new FileStructure(end <= file.Length || (at == end && end == file.Length + 1), orientation);
    }
}
