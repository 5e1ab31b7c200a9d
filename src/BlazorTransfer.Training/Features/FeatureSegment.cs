using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BlazorTransfer.Training.Features;

/// <summary>
/// A file of features: the hashes of some images, then a row of floats for each. It is written once and never changed, so that any number
/// of
/// workers may read it, also while it is deleted. Rows are read when they are asked for and not mapped: a disk that fails is an exception
/// then,
/// where a mapping would end the process, and the operating system keeps what is used in memory either way.
/// </summary>
internal sealed class FeatureSegment : IDisposable
{
    public const string Extension = ".features";
    private const int HeaderBytes = 24,
        HashBytes = 32,
        Alignment = 4096;
    private const ulong Magic = 0x3130_5441_4546_5442; // "BTFEAT01"

    private readonly SafeFileHandle _file;
    private readonly long _firstRow;
    private readonly int _rowLength;

    private FeatureSegment(SafeFileHandle file, long firstRow, int rowLength, IReadOnlyList<string> hashes) =>
        (_file, _firstRow, _rowLength, Hashes) = (file, firstRow, rowLength, hashes);

    /// <summary>SHA-256 of each row's image, lower-case hex.</summary>
    public IReadOnlyList<string> Hashes { get; }

    /// <returns>Null where the file is gone, damaged, or of rows of another length.</returns>
    public static FeatureSegment? Open(string path, int rowLength)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
            Span<byte> header = stackalloc byte[HeaderBytes];
            ReadWhole(file, header, 0);
            int capacity = BinaryPrimitives.ReadInt32LittleEndian(header[8..]),
                count = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
            long firstRow = FirstRow(capacity);
            if (
                BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic
                || BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != rowLength
                || capacity < 0
                || count < 0
                || count > capacity
                || RandomAccess.GetLength(file) < firstRow + (long)count * rowLength * sizeof(float)
            )
            {
                file.Dispose();
                return null;
            }

            byte[] hashes = new byte[count * HashBytes];
            ReadWhole(file, hashes, HeaderBytes);
            return new FeatureSegment(file, firstRow, rowLength, [.. hashes.Chunk(HashBytes).Select(Convert.ToHexStringLower)]);
        }
        catch (IOException)
        {
            file?.Dispose();
            return null;
        }
    }

    /// <exception cref="IOException">The disk fails.</exception>
    public void Read(int row, Span<float> target) =>
        ReadWhole(_file, MemoryMarshal.AsBytes(target[.._rowLength]), _firstRow + (long)row * _rowLength * sizeof(float));

    public void Dispose() => _file.Dispose();

    private static long FirstRow(int capacity) => (HeaderBytes + (long)capacity * HashBytes + Alignment - 1) / Alignment * Alignment;

    private static void ReadWhole(SafeFileHandle file, Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(file, target, offset);
            if (read == 0)
                throw new EndOfStreamException("The file of features is shorter than it says.");
            target = target[read..];
            offset += read;
        }
    }

    /// <summary>Writes a segment row by row, under a temporary name until it is whole. What was written counts, also if the rest never
    /// comes.</summary>
    public sealed class Writer : IDisposable
    {
        private readonly string _path;
        private readonly string _temporary;
        private readonly FileStream _stream;
        private readonly int _capacity;
        private readonly int _rowLength;
        private readonly List<byte[]> _hashes = [];

        /// <param name="path">Where it is found afterwards.</param>
        /// <param name="capacity">How many rows there are at most.</param>
        /// <param name="rowLength">Floats of a row.</param>
        public Writer(string path, int capacity, int rowLength)
        {
            (_path, _temporary, _capacity, _rowLength) = (path, $"{path}.{Guid.NewGuid():N}.tmp", capacity, rowLength);
            _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write);
            _stream.Position = FirstRow(capacity);
        }

        public void Add(string sha256, ReadOnlySpan<float> row)
        {
            _stream.Write(MemoryMarshal.AsBytes(row[.._rowLength]));
            _hashes.Add(Convert.FromHexString(sha256));
        }

        /// <summary>Makes a file of what was added, and gives it its name.</summary>
        public void Complete()
        {
            byte[] header = new byte[HeaderBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), _capacity);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), _hashes.Count);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), _rowLength);
            _stream.Position = 0;
            _stream.Write(header);
            foreach (byte[] hash in _hashes)
                _stream.Write(hash);
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_temporary, _path);
        }

        /// <summary>Leaves nothing behind of a segment that was not completed.</summary>
        public void Dispose()
        {
            _stream.Dispose();
            File.Delete(_temporary);
        }
    }
}
