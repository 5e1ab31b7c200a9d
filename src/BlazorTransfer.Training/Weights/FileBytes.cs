using System.Buffers;
using System.Runtime.InteropServices;

namespace BlazorTransfer.Training.Weights;

/// <summary>
/// A stretch of an open file that is read when it is used: into the caller's memory by <see cref="Read"/>, with nothing in between, or
/// into an array of its own where somebody asks for a span. The file stays open until the last stretch is collected. It may be
/// deleted or replaced meanwhile, but not rewritten; every writer here renames a whole file into place.
/// </summary>
internal sealed class FileBytes(FileStream file, long begin, int length) : MemoryManager<byte>
{
    private byte[]? _bytes;

    public override Memory<byte> Memory => CreateMemory(length);

    /// <summary>Copies memory that may be such a stretch, or a part of one.</summary>
    /// <exception cref="WeightsException">The file became shorter.</exception>
    public static void Copy(ReadOnlyMemory<byte> source, Span<byte> target)
    {
        if (MemoryMarshal.TryGetMemoryManager(source, out FileBytes? stretch, out int start, out int count))
            stretch.Read(start, target[..count]);
        else
            source.Span.CopyTo(target);
    }

    /// <summary>Whether memory needs its file to stay open.</summary>
    public static bool IsOf(ReadOnlyMemory<byte> memory) => MemoryMarshal.TryGetMemoryManager<byte, FileBytes>(memory, out _);

    public override Span<byte> GetSpan()
    {
        if (_bytes is not null)
            return _bytes;
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        Read(0, bytes);
        return _bytes = bytes;
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        GetSpan();
        return _bytes.AsMemory(elementIndex).Pin();
    }

    // The handle that Pin returned holds the array itself.
    public override void Unpin() { }

    protected override void Dispose(bool disposing) { }

    private void Read(int start, Span<byte> target)
    {
        if (_bytes is not null)
        {
            _bytes.AsSpan(start, target.Length).CopyTo(target);
            return;
        }

        for (int done = 0; done < target.Length; )
        {
            int read = RandomAccess.Read(file.SafeFileHandle, target[done..], begin + start + done);
            if (read == 0)
                throw new WeightsException("weights.cut-off-while-read", $"The file was cut off while it was read.");
            done += read;
        }
    }
}
