using System.Text.Json;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// An attempt's hold on its run folder, for the life of a worker: the lock, the record of events and the heartbeat. Once something else has
/// written to the record, such as a newer attempt while this process was stopped, no file of the folder is written any more.
/// </summary>
public sealed class RunClaim : IDisposable
{
    // About three seconds: whoever looks at the lock or records the start is quick.
    private const int Tries = 60;
    private readonly RunLock _lock;
    private readonly RunEventWriter _events;
    private readonly CancellationTokenSource _overtaken = new();
    private readonly ManualResetEventSlim _closed = new();
    private readonly Thread _heart;
    private readonly string _prefix;

    private RunClaim(RunFolder folder, int attempt, RunLock held)
    {
        (Folder, Attempt, _lock) = (folder, attempt, held);
        _prefix = folder.Path + Path.DirectorySeparatorChar;
        _events = new RunEventWriter(folder.Events);
        DurableFile.Changing += RequireTurn;
        // A thread of its own: one of the pool may have to wait while images are decoded.
        _heart = new Thread(Beat) { IsBackground = true, Name = nameof(Heartbeat) };
        _heart.Start();
    }

    public RunFolder Folder { get; }

    /// <summary>Number of this attempt, from 1.</summary>
    public int Attempt { get; }

    /// <summary>Cancelled once something else has written to the record of events.</summary>
    public CancellationToken Overtaken => _overtaken.Token;

    /// <summary>Takes a run folder for an attempt. Nothing but the lock's empty file is written where it is refused.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="attempt">Number of the attempt, from 1; null for the next one.</param>
    /// <param name="held">The lock, if the caller has it already; it goes over to the claim.</param>
    /// <exception cref="RunTakenException">A worker has the folder, the attempt was executed before, or a newer one has begun.</exception>
    public static RunClaim Take(RunFolder folder, int? attempt, RunLock? held = null)
    {
        held ??= RunLock.Take(folder, Tries);
        try
        {
            int number = RequireTurn(folder, attempt);
            folder.Create();
            AtomicFile.WriteAllText(
                folder.WorkerProcess,
                JsonSerializer.Serialize(WorkerProcessRecord.OfThisProcess() with { Attempt = number }, ProtocolJson.Indented)
            );
            return new RunClaim(folder, number, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Appends to the run's events.</summary>
    /// <exception cref="RunTakenException">Something else has written there.</exception>
    public RunEvent Append(RunEvent runEvent) => _events.Append(runEvent);

    public void Dispose()
    {
        _closed.Set();
        _heart.Join();
        DurableFile.Changing -= RequireTurn;
        _events.Dispose();
        _overtaken.Dispose();
        _closed.Dispose();
        _lock.Dispose();
    }

    /// <summary>The number of the attempt, if it is its turn.</summary>
    private static int RequireTurn(RunFolder folder, int? attempt)
    {
        int begun = 0;
        RunEvent? last = null;
        foreach (RunEvent e in RunEventTail.All(folder.Events))
        {
            last = e;
            if (e is AttemptStarted started)
                begun = started.Attempt;
        }

        int executed = ProtocolJson.TryRead<WorkerProcessRecord>(folder.WorkerProcess)?.Attempt ?? 0;
        int number = attempt ?? Math.Max(begun, executed) + 1;
        return last is RunFinished or RunDeleted ? throw new RunTakenException("run.ended", $"This run has ended already.")
            : begun > number
                ? throw new RunTakenException(
                    "run.attempt-overtaken",
                    $"This is attempt {number} of the run, and attempt {begun} has begun."
                )
            : executed >= number
                ? throw new RunTakenException("run.attempt-executed", $"A worker has executed attempt {executed} of the run already.")
            : number;
    }

    /// <summary>Before each change of a file: a process that was stopped for long does not know what has happened since.</summary>
    private void RequireTurn(string path)
    {
        if (path.StartsWith(_prefix, StringComparison.Ordinal) && _events.IsOvertaken())
            throw new RunTakenException(
                "run.written-elsewhere",
                $"Something else has written to the run since, so attempt {Attempt} stops here."
            );
    }

    private void Beat()
    {
        long count = 0;
        do
        {
            try
            {
                if (_events.IsOvertaken())
                {
                    _overtaken.Cancel();
                    return;
                }

                new Heartbeat(Attempt, ++count).Write(Folder.Heartbeat);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The worker then seems silent, which is the truth for whoever reads the folder.
            }
        } while (!_closed.Wait(Heartbeat.Interval));
    }
}
