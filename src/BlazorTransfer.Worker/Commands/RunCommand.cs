using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>run RUNFOLDER --data-folder DATAFOLDER</c>: what the web application starts.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("run-folder") { Description = "A folder with a job.json." };
        var data = new Option<string?>("--data-folder")
        {
            Description = "The folder that the paths in job.json are relative to. By default the run folder itself.",
        };
        var attempt = new Option<int?>("--attempt")
        {
            Description = "Number of this attempt to execute the run. An older one than the newest is refused. By default the next one.",
        };
        var minimumFree = new Option<long>("--minimum-free-bytes")
        {
            Description = "The run waits while less than this is free on the disk of the run folder. By default it never waits.",
        };
        var command = new Command("run", "Executes the job of a run folder, as the web application does.")
        {
            folder,
            data,
            attempt,
            minimumFree,
        };
        command.SetAction(parsed =>
            Failures.Guard(() =>
                Run(parsed.GetValue(folder)!, parsed.GetValue(data), parsed.GetValue(attempt), parsed.GetValue(minimumFree))
            )
        );
        return command;
    }

    private static WorkerExitCode Run(string path, string? data, int? attempt, long minimumFreeBytes)
    {
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException($"There is no folder '{path}'.");
        var run = new RunFolder(path);
        using RunClaim claim = RunClaim.Take(run, attempt);
        TextWriter output = Console.Out,
            errors = Console.Error;
        // The starter may be gone long before this process, and its console with it.
        using var log = new StreamWriter(new FileStream(run.WorkerLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
        Console.SetOut(log);
        Console.SetError(log);
        // Ctrl+C at the web application's console reaches its workers too; they are to outlive it.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        try
        {
            return JobRunner.Run(claim, new DataRoot(data ?? run.Path), LogLine, atConsole: false, minimumFreeBytes);
        }
        finally
        {
            // What is said from here on is not the folder's: it may belong to another attempt.
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }

    private static void LogLine(RunEvent runEvent)
    {
        if (runEvent is not (StepCompleted or PhaseProgressed or SamplesPredicted))
            Console.WriteLine(JsonSerializer.Serialize(runEvent, ProtocolJson.Line));
    }
}
