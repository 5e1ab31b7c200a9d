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
        RunEventTail end = RunEventTail.EndOf(_stream.Name);
        if (_stream.Length != end.Position)
            _stream.SetLength(end.Position);
        _stream.Seek(0, SeekOrigin.End);
        _last = end.LastSequence;
        _isWhole = true;
    }

    public void Dispose() => _stream.Dispose();
}
