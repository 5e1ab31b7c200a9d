using System.Diagnostics;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training;
using BlazorTransfer.Training.Export;

namespace BlazorTransfer.Worker;

/// <summary>
/// Executes the job of a run folder: training, then the model package. Whatever happens short of a kill, the last event says
/// how it ended.
/// </summary>
internal static class JobRunner
{
    private static readonly TimeSpan CancelPoll = TimeSpan.FromMilliseconds(250);

    /// <param name="folder">The run folder, with its job.</param>
    /// <param name="watch">Called with each event after it was written; its failures do not end the run.</param>
    /// <param name="atConsole">A person started it there: Ctrl+C cancels the run, and a failure is a sentence, not a stack trace.</param>
    public static WorkerExitCode Run(RunFolder folder, Action<RunEvent> watch, bool atConsole)
    {
        folder.Create();
        RecordProcess(folder);
        using var events = new RunEventWriter(folder.Events);
        var clock = Stopwatch.StartNew();
        Action<RunEvent> show = DisplayGuard.Around(watch);
        void Emit(RunEvent runEvent) => show(events.Append(runEvent));
        using var cancel = new CancellationTokenSource();
        using var watcher = new Timer(_ => CancelIfAsked(folder, cancel), null, TimeSpan.Zero, CancelPoll);
        using var interruption = new Interruption(cancel, atConsole);
        try
        {
            NativeLibtorch.Load();
            JobSpec job = JobSpec.Load(folder.Job);
            TrainingOutcome outcome = TrainingRun.Execute(job, folder, Emit, cancel.Token);
            Emit(
                new PhaseProgressed
                {
                    Phase = RunPhase.Exporting,
                    Done = 0,
                    Total = 1,
                    Unit = "packages",
                }
            );
            Emit(ModelPackage.Write(folder, job));
            Emit(
                new PhaseProgressed
                {
                    Phase = RunPhase.Exporting,
                    Done = 1,
                    Total = 1,
                    Unit = "packages",
                }
            );
            Emit(
                new RunFinished
                {
                    Outcome = RunOutcome.Succeeded,
                    BestEpoch = outcome.BestEpoch,
                    BestMetric = outcome.BestMetric,
                    Seconds = clock.Elapsed.TotalSeconds,
                }
            );
            return WorkerExitCode.Success;
        }
        catch (Exception e)
        {
            (WorkerExitCode code, string message) = Failures.Describe(e);
            Console.Error.WriteLine(atConsole && code != WorkerExitCode.InternalError ? message : e);
            Emit(
                new RunFinished
                {
                    Outcome = code == WorkerExitCode.Cancelled ? RunOutcome.Cancelled : RunOutcome.Failed,
                    Error = code == WorkerExitCode.Cancelled ? null : message,
                    Seconds = clock.Elapsed.TotalSeconds,
                }
            );
            return code;
        }
    }

    private static void RecordProcess(RunFolder folder)
    {
        using Process self = Process.GetCurrentProcess();
        var record = new WorkerProcessRecord(self.Id, self.StartTime.ToUniversalTime());
        AtomicFile.WriteAllText(folder.WorkerProcess, JsonSerializer.Serialize(record, ProtocolJson.Indented));
    }

    private static void CancelIfAsked(RunFolder folder, CancellationTokenSource cancel)
    {
        try
        {
            if (folder.CancelRequested)
                cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The last tick of the timer, after the run has ended.
        }
    }
}
