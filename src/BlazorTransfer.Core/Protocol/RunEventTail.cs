using System.Text.Json;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// A reader's place in <c>events.jsonl</c>, and what it read on the way there. A long run writes hundreds of thousands of events, so they
/// are read a window at a time.
/// </summary>
/// <param name="Events">The events after the place where reading began.</param>
/// <param name="Position">Bytes up to the end of the last whole line.</param>
/// <param name="LastSequence">The last event's number; 0 where there is none.</param>
/// <param name="IsAtEnd">False while whole lines may follow that this window had no room for.</param>
public sealed record RunEventTail(IReadOnlyList<RunEvent> Events, long Position, long LastSequence, bool IsAtEnd = true)
{
    /// <summary>Bytes that are read at once: some thousand steps. A longer line is read all the same.</summary>
    public const int WindowBytes = 1 << 20;

    private const byte LineEnd = (byte)'\n';

    public static RunEventTail Start { get; } = new([], 0, 0);

    /// <summary>The events of the file, of which no more than a window is in memory; none where it does not exist yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="after">Those after this number only.</param>
    /// <exception cref="InvalidDataException">While they are read: a terminated line is no event, or the numbers do not follow one
    /// another.</exception>
    public static IEnumerable<RunEvent> All(string path, long after = 0)
    {
        for (RunEventTail tail = Before(path, after + 1).ReadOn(path); ; tail = tail.ReadOn(path))
        {
            foreach (RunEvent runEvent in tail.Events.Where(e => e.Sequence > after))
                yield return runEvent;
            if (tail.IsAtEnd)
                yield break;
        }
    }

    /// <summary>The place after the last whole line, without the events before it.</summary>
    /// <inheritdoc cref="All" path="/exception"/>
    public static RunEventTail EndOf(string path)
    {
        RunEventTail tail = Start.ReadOn(path);
        while (!tail.IsAtEnd)
            tail = tail.ReadOn(path);
        return tail with { Events = [] };
    }

    /// <summary>
    /// A place before the event of a number, or before the last event where none has that number: found by halving the file, so that the
    /// length of a run does not matter.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="sequence">The event's number.</param>
    public static RunEventTail Before(string path, long sequence)
    {
        if (sequence <= 1 || !File.Exists(path))
            return Start;
        using FileStream stream = Open(path);
        (long Position, long Sequence) found = (0, 1);
        for (long high = stream.Length; high - found.Position > WindowBytes / 2; )
        {
            long middle = found.Position + (high - found.Position) / 2;
            if (NextLine(stream, middle, high) is not { } line || line.Sequence > sequence)
                high = middle;
            else
                found = line;
        }

        return new RunEventTail([], found.Position, found.Sequence - 1, IsAtEnd: false);
    }

    /// <summary>Reads whole lines that follow, at most a window of them; an unterminated last line is left for the next call.</summary>
    /// <inheritdoc cref="All" path="/exception"/>
    public RunEventTail ReadOn(string path)
    {
        (RunEventTail tail, string? damage) = Scan(path);
        return damage is null ? tail : throw new InvalidDataException(damage);
    }

    /// <summary>
    /// Moves a damaged line and all that follows it into <paramref name="aside"/>, so that the events before it can be read and
    /// continued. Only for a file without a writer.
    /// </summary>
    /// <returns>A description of the damage; null where there is none.</returns>
    public static string? CutOffDamage(string path, string aside)
    {
        (RunEventTail intact, string? damage) = Start.Scan(path);
        while (damage is null && !intact.IsAtEnd)
            (intact, damage) = intact.Scan(path);
        if (damage is null)
            return null;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        stream.Seek(intact.Position, SeekOrigin.Begin);
        AtomicFile.Write(aside, stream.CopyTo);
        stream.SetLength(intact.Position);
        stream.Flush(flushToDisk: true);
        return damage;
    }

    /// <summary>The whole lines of the window that follows, up to the first damaged one, and a description of that.</summary>
    private (RunEventTail Tail, string? Damage) Scan(string path)
    {
        if (!File.Exists(path))
            return (this with { Events = [], IsAtEnd = true }, null);
        byte[] window = ReadWindow(path, out bool isAtEnd);
        ReadOnlySpan<byte> rest = window;
        var events = new List<RunEvent>();
        long position = Position,
            last = LastSequence;
        string? damage = null;
        for (int end; (end = rest.IndexOf(LineEnd)) >= 0; rest = rest[(end + 1)..])
        {
            (RunEvent? next, string? problem) = Parse(rest[..end]);
            if (next is not null && next.Sequence != last + 1)
                problem = $"event {next.Sequence} follows event {last}; the file was changed by something else.";
            if (problem is not null)
            {
                damage = $"{Path.GetFileName(path)}, byte {position}: {problem}";
                break;
            }

            events.Add(next!);
            last = next!.Sequence;
            position += end + 1;
        }

        return (new RunEventTail(events, position, last, isAtEnd), damage);
    }

    /// <summary>A window from here on; a longer one where the first line does not fit into it.</summary>
    private byte[] ReadWindow(string path, out bool isAtEnd)
    {
        using FileStream stream = Open(path);
        for (long size = WindowBytes; ; size *= 2)
        {
            stream.Seek(Position, SeekOrigin.Begin);
            long left = Math.Max(0, stream.Length - Position);
            byte[] bytes = new byte[Math.Min(left, size)];
            int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            isAtEnd = left <= size;
            if (isAtEnd || bytes.AsSpan(0, read).Contains(LineEnd))
                return bytes[..read];
        }
    }

    /// <summary>The first line that begins at or after a place; null where none ends before <paramref name="high"/>, or it cannot be
    /// read.</summary>
    private static (long Position, long Sequence)? NextLine(FileStream stream, long from, long high)
    {
        byte[] bytes = new byte[Math.Min(high - from, WindowBytes / 2)];
        stream.Seek(from, SeekOrigin.Begin);
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        int start = rest.IndexOf(LineEnd) + 1;
        return start > 0 && rest[start..].IndexOf(LineEnd) is > 0 and int length && Parse(rest.Slice(start, length)).Event is { } first
            ? (from + start, first.Sequence)
            : null;
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static (RunEvent? Event, string? Problem) Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, ProtocolJson.Line) is { } parsed ? (parsed, null) : (null, "an empty event.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (null, $"not an event that this version knows: {e.Message}");
        }
    }
}
