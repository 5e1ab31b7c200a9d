using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Appends events to <c>events.jsonl</c>, numbering and dating them. Each event is one line in one write, so a reader sees
/// whole lines or an unterminated last one. Thread-safe. Continues the numbering of an existing file, and cuts off an
/// unterminated last line that a killed writer left. A run has one writer at a time: its worker, or the web process while there is none;
/// one that finds more in the file than it wrote refuses to go on.
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

    /// <summary>
    /// A writer after one that may still live somewhere. It continues a copy, which takes the file's place: what the earlier one writes
    /// after all goes into a file that has no name any more.
    /// </summary>
    public static RunEventWriter After(string path, TimeProvider? clock = null)
    {
        if (File.Exists(path))
        {
            using var earlier = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            AtomicFile.Write(path, earlier.CopyTo);
        }

        return new RunEventWriter(path, clock);
    }

    /// <summary>Whether something else has written to the file, replaced it or deleted it.</summary>
    public bool IsOvertaken()
    {
        lock (_lock)
            // After a failed write nobody knows how long the file should be, until the next one has looked.
            return _isWhole && LengthByName() != _stream.Position;
    }

    /// <summary>Appends the event and returns it as it was written.</summary>
    /// <exception cref="RunTakenException">Something else has written to the file.</exception>
    public RunEvent Append(RunEvent runEvent)
    {
        lock (_lock)
        {
            if (!_isWhole)
                ContinueAfterFailure();
            if (IsOvertaken())
                throw Overtaken();
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

    private void ContinueAfterFailure()
    {
        // All of the failed line may be there, and nothing after it.
        if (RunEventTail.EndOf(_stream.Name).LastSequence > _last + 1)
            throw Overtaken();
        Continue();
    }

    private static RunTakenException Overtaken() =>
        new("run.events-written-elsewhere", $"Something else has written to the events of this run.");

    /// <summary>The length of the file that has the name now. Opening it makes a network file system look again.</summary>
    private long? LengthByName()
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(
                _stream.Name,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            return RandomAccess.GetLength(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
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
