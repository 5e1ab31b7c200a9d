using System.Buffers.Binary;
using System.Text;

namespace BlazorTransfer.Imaging.Tests;

/// <summary>TIFF, TGA, GIF and PNM files for tests, written byte by byte.</summary>
public static class RasterFiles
{
    /// <summary>What a <see cref="Tiff"/> says of its pixels; the rest is plain.</summary>
    public sealed record TiffKind
    {
        public int Bits { get; init; } = 8;
        public int Samples { get; init; } = 1;
        public bool IsBigEndian { get; init; }
        public int Orientation { get; init; } = 1;

        /// <summary>1 unsigned, 2 signed, 3 fractions.</summary>
        public int SampleFormat { get; init; } = 1;
        public bool IsTiled { get; init; }

        /// <summary>Where the next directory lies: 8 is this one.</summary>
        public int Next { get; init; }

        /// <summary>Compression: 1 none, 5 LZW.</summary>
        public int Compression { get; init; } = 1;
    }

    /// <summary>A TIFF file of one strip, grey or red, green and blue.</summary>
    public static byte[] Tiff(int width, int height, byte[] pixels, TiffKind? kind = null)
    {
        TiffKind k = kind ?? new TiffKind();
        const int start = 8,
            count = 11;
        int bitsAt = start + 2 + 12 * count + 4,
            dataAt = bitsAt + 2 * k.Samples;
        (int Tag, int Type, int Count, int Value)[] fields =
        [
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, k.Samples, k.Samples == 1 ? k.Bits : bitsAt),
            (259, 3, 1, k.Compression),
            (262, 3, 1, k.Samples == 1 ? 1 : 2),
            (k.IsTiled ? 324 : 273, 4, 1, dataAt),
            (274, 3, 1, k.Orientation),
            (277, 3, 1, k.Samples),
            (278, 4, 1, height),
            (279, 4, 1, pixels.Length),
            (339, 3, 1, k.SampleFormat),
        ];
        var file = new MemoryStream();
        file.Write(k.IsBigEndian ? "MM"u8 : "II"u8);
        Short(42);
        Long(start);
        Short(fields.Length);
        foreach ((int tag, int type, int values, int value) in fields.OrderBy(f => f.Tag))
        {
            Short(tag);
            Short(type);
            Long(values);
            if (type == 3 && values == 1)
            {
                Short(value);
                Short(0);
            }
            else
            {
                Long(value);
            }
        }

        Long(k.Next);
        for (int i = 0; i < k.Samples; i++)
            Short(k.Bits);
        file.Write(pixels);
        return file.ToArray();

        void Short(int value)
        {
            byte[] bytes = new byte[2];
            if (k.IsBigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
            file.Write(bytes);
        }

        void Long(int value)
        {
            byte[] bytes = new byte[4];
            if (k.IsBigEndian)
                BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            else
                BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            file.Write(bytes);
        }
    }

    /// <summary>A TGA file whose first row is the upper one.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="bits">Of a pixel: 8 grey, 24 blue, green and red, 32 with alpha.</param>
    /// <param name="data">Pixels, or packets of them.</param>
    /// <param name="isPacked">Whether they are packets.</param>
    public static byte[] Tga(int width, int height, int bits, byte[] data, bool isPacked = false)
    {
        byte type = (byte)((bits == 8 ? 3 : 2) + (isPacked ? 8 : 0));
        byte descriptor = (byte)(0x20 + (bits == 32 ? 8 : 0));
        return
        [
            0,
            0,
            type,
            .. new byte[9],
            (byte)width,
            (byte)(width >> 8),
            (byte)height,
            (byte)(height >> 8),
            (byte)bits,
            descriptor,
            .. data,
        ];
    }

    /// <summary>A GIF of 2 × 1 pixels, red and blue, and as many more frames, blue and red.</summary>
    public static byte[] Gif(int moreFrames = 0)
    {
        byte[] Frame(byte first) => [0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, first, 0x0A, 0];
        return
        [
            .. "GIF89a"u8,
            2,
            0,
            1,
            0,
            0x80,
            0,
            0,
            .. new byte[] { 255, 0, 0, 0, 0, 255 },
            // Minimum code size 2: clear (4), 0, 1, end (5) in 3 bits each.
            .. Frame(0x44),
            .. Enumerable.Range(0, moreFrames).SelectMany(_ => Frame(0x0C)),
            0x3B,
        ];
    }

    public static byte[] Pnm(string header, params byte[] samples) => [.. Encoding.ASCII.GetBytes(header), .. samples];
}
