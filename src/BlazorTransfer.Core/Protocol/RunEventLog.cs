using System.Text;
using System.Text.Json;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Appends events to <c>events.jsonl</c>, numbering and dating them. Each event is one line in one write, so a reader sees
/// whole lines or an unterminated last one. Thread-safe. Continues the numbering of an existing file, and cuts off an
/// unterminated last line that a killed writer left. A run has one writer at a time: its worker, or the web process while there is none.
/// </summary>
public sealed class RunEventWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _stream;
    private readonly TimeProvider _clock;
    private long _last;
    private bool _isWhole;

    public RunEventWriter(string path, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _stream = DurableFile.Open(path, FileMode.OpenOrCreate, FileShare.Read, isBuffered: false);
        try
        {
            Continue();
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Appends the event and returns it as it was written.</summary>
    public RunEvent Append(RunEvent runEvent)
    {
        lock (_lock)
        {
            if (!_isWhole)
                Continue();
            RunEvent numbered = runEvent with
            {
                Sequence = _last + 1,
                Time = runEvent.Time == default ? _clock.GetUtcNow() : runEvent.Time,
            };
            byte[] line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(numbered, ProtocolJson.Line) + "\n");
            // A failed write may leave a part of the line, or all of it.
            _isWhole = false;
            _stream.Write(line);
            // What a reader acts on must survive a power cut; steps and progress may be lost with it.
            if (numbered is not (StepCompleted or PhaseProgressed))
                _stream.Flush(flushToDisk: true);
            _isWhole = true;
            _last++;
            return numbered;
        }
    }

    /// <summary>Goes to the end of the last whole line, and cuts off what follows it.</summary>
    private void Continue()
    {
        RunEventTail existing = RunEventTail.Read(_stream.Name);
        if (_stream.Length != existing.Position)
            _stream.SetLength(existing.Position);
        _stream.Seek(0, SeekOrigin.End);
        _last = existing.LastSequence;
        _isWhole = true;
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
        if (damage is null)
            return null;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        stream.Seek(intact.Position, SeekOrigin.Begin);
        AtomicFile.Write(aside, stream.CopyTo);
        stream.SetLength(intact.Position);
        stream.Flush(flushToDisk: true);
        return damage;
    }

    /// <summary>The whole lines that follow, up to the first damaged one, and a description of that.</summary>
    private (RunEventTail Tail, string? Damage) Scan(string path)
    {
        if (!File.Exists(path))
            return (this with { Events = [] }, null);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Position, SeekOrigin.Begin);
        byte[] bytes = new byte[Math.Max(0, stream.Length - Position)];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, read);
        var events = new List<RunEvent>();
        long position = Position,
            last = LastSequence;
        string? damage = null;
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
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

        return (new RunEventTail(events, position, last), damage);
    }

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
