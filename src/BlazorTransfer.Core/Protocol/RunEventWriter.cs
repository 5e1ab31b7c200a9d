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

    public RunEventWriter(string path, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        RunEventTail end = RunEventTail.EndOf(path);
        _last = end.LastSequence;
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _stream.SetLength(end.Position);
        _stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>Appends the event and returns it as it was written.</summary>
    public RunEvent Append(RunEvent runEvent)
    {
        lock (_lock)
        {
            RunEvent numbered = runEvent with { Sequence = ++_last, Time = runEvent.Time == default ? _clock.GetUtcNow() : runEvent.Time };
            _stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(numbered, ProtocolJson.Line) + "\n"));
            // What a reader acts on must survive a power cut; steps and progress may be lost with it.
            _stream.Flush(flushToDisk: numbered is not (StepCompleted or PhaseProgressed));
            return numbered;
        }
    }

    public void Dispose() => _stream.Dispose();
}
