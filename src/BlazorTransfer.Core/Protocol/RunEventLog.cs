using System.Text;
using System.Text.Json;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Appends events to <c>events.jsonl</c>, numbering and dating them. Each event is one line in one write, so a reader sees
/// whole lines or an unterminated last one. Thread-safe. Continues the numbering of an existing file, and cuts off an
/// unterminated last line that a killed writer left.
/// </summary>
public sealed class RunEventWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _stream;
    private readonly TimeProvider _clock;
    private long _last;

    public RunEventWriter(string path, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        RunEventTail existing = RunEventTail.Read(path);
        _last = existing.LastSequence;
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _stream.SetLength(existing.Position);
        _stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>Appends the event and returns it as it was written.</summary>
    public RunEvent Append(RunEvent runEvent)
    {
        lock (_lock)
        {
            RunEvent numbered = runEvent with { Sequence = ++_last, Time = _clock.GetUtcNow() };
            _stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(numbered, ProtocolJson.Line) + "\n"));
            // What a reader acts on must survive a power cut; steps and progress may be lost with it.
            _stream.Flush(flushToDisk: numbered is not (StepCompleted or PhaseProgressed));
            return numbered;
        }
    }

    public void Dispose() => _stream.Dispose();
}

/// <summary>A reader's place in <c>events.jsonl</c>, and what it read on the way there.</summary>
/// <param name="Events">The events after the place where reading began.</param>
/// <param name="Position">Bytes up to the end of the last whole line.</param>
/// <param name="LastSequence">The last event's number; 0 where there is none.</param>
public sealed record RunEventTail(IReadOnlyList<RunEvent> Events, long Position, long LastSequence)
{
    public static RunEventTail Start { get; } = new([], 0, 0);

    /// <summary>Reads all whole lines of the file; none where it does not exist yet.</summary>
    public static RunEventTail Read(string path) => Start.ReadOn(path);

    /// <summary>Reads the whole lines that follow; an unterminated last line is left for the next call.</summary>
    /// <exception cref="InvalidDataException">A terminated line is no event, or the numbers do not follow one another.</exception>
    public RunEventTail ReadOn(string path)
    {
        if (!File.Exists(path))
            return this with { Events = [] };
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Position, SeekOrigin.Begin);
        byte[] bytes = new byte[Math.Max(0, stream.Length - Position)];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, read);
        var events = new List<RunEvent>();
        long position = Position,
            last = LastSequence;
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            RunEvent next = Parse(rest[..end], path, position);
            if (next.Sequence != last + 1)
                throw new InvalidDataException(
                    $"{path}: event {next.Sequence} follows event {last}; the file was changed by something else."
                );
            events.Add(next);
            last = next.Sequence;
            position += end + 1;
        }

        return new RunEventTail(events, position, last);
    }

    private static RunEvent Parse(ReadOnlySpan<byte> line, string path, long position)
    {
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, ProtocolJson.Line)
                ?? throw new InvalidDataException($"{path}: an empty event.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"{path}, byte {position}: no event that this version knows: {e.Message}", e);
        }
    }
}
