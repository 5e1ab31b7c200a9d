using System.Buffers.Binary;
using System.IO.Hashing;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>Puts EXIF data into image files.</summary>
internal static class ExifFiles
{
    /// <summary>A block of EXIF data with two other fields around the orientation.</summary>
    public static byte[] Block(uint orientation, bool isBigEndian, bool isLong)
    {
        byte[] block = new byte[8 + 2 + 3 * 12 + 4];
        (isBigEndian ? "MM\0*"u8 : "II*\0"u8).CopyTo(block);
        Long(4, 8);
        Short(8, 3);
        // Image width, orientation, unit of resolution.
        Field(0, 0x0100, false, 56);
        Field(1, 0x0112, isLong, orientation);
        Field(2, 0x0128, false, 2);
        return block;

        void Field(int index, ushort tag, bool isLongField, uint value)
        {
            int at = 10 + 12 * index;
            Short(at, tag);
            Short(at + 2, (ushort)(isLongField ? 4 : 3));
            Long(at + 4, 1);
            if (isLongField)
                Long(at + 8, value);
            else
                Short(at + 8, (ushort)value);
        }
        void Short(int at, ushort value)
        {
            if (isBigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(at), value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(at), value);
        }
        void Long(int at, uint value)
        {
            if (isBigEndian)
                BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(at), value);
            else
                BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(at), value);
        }
    }

    public static byte[] InJpeg(byte[] jpeg, byte[] block)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. block];
        return [.. jpeg[..2], 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    public static byte[] InPng(byte[] png, byte[] block, bool afterPixels)
    {
        const int header = 33,
            end = 12;
        byte[] body = [.. "eXIf"u8, .. block];
        byte[] chunk = new byte[4 + body.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(chunk, block.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + body.Length), Crc32.HashToUInt32(body));
        int at = afterPixels ? png.Length - end : header;
        return [.. png[..at], .. chunk, .. png[at..]];
    }

    /// <param name="webp">A file with pixels only.</param>
    /// <param name="block">With or without the prefix that JPEG files have.</param>
    /// <param name="width">Width as stored.</param>
    /// <param name="height">Height as stored.</param>
    public static byte[] InWebP(byte[] webp, byte[] block, int width, int height)
    {
        const byte hasExif = 8;
        byte[] features = new byte[10];
        features[0] = hasExif;
        BinaryPrimitives.WriteUInt16LittleEndian(features.AsSpan(4), (ushort)(width - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(features.AsSpan(7), (ushort)(height - 1));
        byte[] chunks = [.. "WEBP"u8, .. Chunk("VP8X"u8, features), .. webp[12..], .. Chunk("EXIF"u8, block)];
        byte[] head = [.. "RIFF"u8, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), chunks.Length);
        return [.. head, .. chunks];

        static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
            return [.. type, .. length, .. data, .. new byte[data.Length & 1]];
        }
    }
}
