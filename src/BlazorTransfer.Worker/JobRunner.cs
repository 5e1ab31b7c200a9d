using System.Diagnostics;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Worker;

/// <summary>
/// Executes the job of a run folder: training, then the model package. Whatever happens short of a kill, the last event says
/// how it ended.
/// </summary>
internal static class JobRunner
{
    /// <param name="claim">The hold on the run folder, with its job.</param>
    /// <param name="root">The folder that the job's paths are relative to.</param>
    /// <param name="watch">Called with each event after it was written; its failures do not end the run.</param>
    /// <param name="atConsole">A person started it there: Ctrl+C cancels the run, and a failure is a sentence, not a stack trace.</param>
    /// <param name="minimumFreeBytes">The run waits while less than this is free on the disk; 0 never waits.</param>
    /// <exception cref="RunTakenException">A newer attempt has begun meanwhile; this one has written nothing since.</exception>
    public static WorkerExitCode Run(RunClaim claim, DataRoot root, Action<RunEvent> watch, bool atConsole, long minimumFreeBytes = 0)
    {
        // A person at the console named the files, and is to find them again in the messages.
        Action<RunEvent> show = DisplayGuard.Around(watch);
        void Emit(RunEvent runEvent) => show(claim.Append(atConsole ? runEvent : WithoutPaths(runEvent, root)));
        WorkerExitCode code;
        RunFinished finished;
        using (var cancel = CancellationTokenSource.CreateLinkedTokenSource(claim.Overtaken))
        using (var stop = new CancellationTokenSource())
        using (new RequestWatch(claim.Folder, Emit, cancel, stop))
        using (new Interruption(cancel, atConsole, stop))
        {
            var space = new SpaceGate(minimumFreeBytes, SpaceGate.On(claim.Folder.Path), Emit, TimeProvider.System);
            (code, finished) = Train(claim.Folder, root, EmitAndWait, atConsole, cancel.Token, stop.Token);

            void EmitAndWait(RunEvent runEvent)
            {
                Emit(runEvent is RunStarted started ? started with { Attempt = claim.Attempt } : runEvent);
                if (runEvent is RunStarted or StepCompleted or PhaseProgressed or EpochCompleted)
                    space.Pass(cancel.Token);
            }
        }

        Emit(finished);
        return code;
    }

    private static (WorkerExitCode, RunFinished) Train(
        RunFolder folder,
        DataRoot root,
        Action<RunEvent> emit,
        bool atConsole,
        CancellationToken cancel,
        CancellationToken stop
    )
    {
        var clock = Stopwatch.StartNew();
        try
        {
            NativeLibtorch.Load();
            JobSpec job = JobSpec.Load(folder.Job, root);
            TrainingOutcome outcome = TrainingRun.Execute(job, folder, emit, cancel, stop);
            emit(Exporting(done: 0));
            emit(ModelPackage.Write(folder, job));
            emit(Exporting(done: 1));
            return (
                WorkerExitCode.Success,
                new RunFinished
                {
                    Outcome = RunOutcome.Succeeded,
                    BestEpoch = outcome.BestEpoch,
                    BestMetric = outcome.BestMetric,
                    StoppedAtEpoch = outcome.StoppedAtEpoch,
                    Seconds = clock.Elapsed.TotalSeconds,
                }
            );
        }
        catch (Exception e)
        {
            (WorkerExitCode code, Message message) = Failures.Describe(e);
            if (code == WorkerExitCode.RunTaken)
                throw;
            Console.Error.WriteLine(atConsole && code != WorkerExitCode.InternalError ? message.English : e.ToString());
            return (
                code,
                new RunFinished
                {
                    Outcome = code == WorkerExitCode.Cancelled ? RunOutcome.Cancelled : RunOutcome.Failed,
                    Failure = code == WorkerExitCode.Cancelled ? null : message,
                    Seconds = clock.Elapsed.TotalSeconds,
                }
            );
        }
    }

    private static PhaseProgressed Exporting(long done) =>
        new()
        {
            Phase = RunPhase.Exporting,
            Done = done,
            Total = 1,
            Unit = "packages",
        };

    private static RunEvent WithoutPaths(RunEvent runEvent, DataRoot root) =>
        runEvent switch
        {
            RunFinished { Failure: { } failure } e => e with { Failure = failure.Map(root.Hide) },
            MessageLogged e => e.With(e.Message.Map(root.Hide)),
            _ => runEvent,
        };
}
