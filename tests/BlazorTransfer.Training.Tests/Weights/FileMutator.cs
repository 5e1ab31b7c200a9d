using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>Damages files as a careless disk and a careful attacker would: bytes, lengths, numbers, opcodes, cuts, splices.</summary>
internal sealed partial class FileMutator(Random random)
{
    private static readonly byte[] Bytes =
    [
        0,
        1,
        2,
        0x7f,
        0x80,
        0xff,
        (byte)'{',
        (byte)'"',
        (byte)'\n',
        .. "}](.NtuseabRQqhrjKMJGXUTc"u8,
        0x85,
        0x86,
        0x87,
        0x88,
        0x8a,
    ];

    private static readonly long[] Integers =
    [
        0,
        1,
        -1,
        2,
        4,
        8,
        255,
        256,
        32767,
        65535,
        65536,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        1L << 32,
        long.MaxValue,
        long.MinValue,
        1L << 60,
        1L << 62,
    ];

    private static readonly string[] Numbers =
    [
        "-1",
        "1e2",
        "0.5",
        "2147483648",
        "4611686018427387904",
        "9223372036854775807",
        "18446744073709551616",
        "[[[[[]]]]]",
        "null",
        "\"x\"",
    ];

    /// <summary>A changed copy; <paramref name="other"/> is a file to splice from.</summary>
    public byte[] Mutate(byte[] file, byte[] other)
    {
        byte[] result = [.. file];
        for (int changes = random.Next(1, 5); changes > 0 && result.Length > 0; changes--)
            result = Change(result, other);
        return result;
    }

    private byte[] Change(byte[] file, byte[] other)
    {
        int at = random.Next(file.Length),
            length = random.Next(1, 1 + Math.Min(64, file.Length - at));
        switch (random.Next(12))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)random.Next(256);
                return file;
            case 2 or 3:
                file[at] = Pick(Bytes);
                return file;
            case 4 or 5:
                return WriteInteger(file, at);
            case 6:
                return file[..at];
            case 7:
                return [.. file[..at], .. file[(at + length)..]];
            case 8: // the same again, up to many times
                return
                [
                    .. file[..at],
                    .. Enumerable.Repeat(file[at..(at + length)], random.Next(2, 20)).SelectMany(b => b),
                    .. file[(at + length)..],
                ];
            case 9:
                return [.. file[..at], .. other[random.Next(other.Length)..]];
            case 10: // the same bytes elsewhere
                int to = random.Next(file.Length);
                return [.. file[..to], .. file[at..(at + length)], .. file[to..]];
            default:
                return ReplaceNumber(file);
        }
    }

    private byte[] WriteInteger(byte[] file, int at)
    {
        Span<byte> value = stackalloc byte[8];
        // As it is, or a little off what stands there or what the file's length would be.
        long number = random.Next(4) == 0 ? file.Length - at + random.Next(-2, 3) : Pick(Integers) + random.Next(-1, 2);
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        int width = Math.Min(1 << random.Next(1, 4), file.Length - at);
        value[..width].CopyTo(file.AsSpan(at));
        return file;
    }

    private byte[] ReplaceNumber(byte[] file)
    {
        string text = Encoding.Latin1.GetString(file);
        MatchCollection numbers = Number().Matches(text);
        if (numbers.Count == 0)
            return file;
        Match number = numbers[random.Next(numbers.Count)];
        string other =
            random.Next(2) == 0
                ? Pick(Numbers)
                : (long.Parse(number.Value, System.Globalization.CultureInfo.InvariantCulture) + random.Next(-9, 10)).ToString(
                    System.Globalization.CultureInfo.InvariantCulture
                );
        return Encoding.Latin1.GetBytes(text[..number.Index] + other + text[(number.Index + number.Length)..]);
    }

    private T Pick<T>(T[] values) => values[random.Next(values.Length)];

    [GeneratedRegex("[0-9]{1,9}")]
    private static partial Regex Number();
}
