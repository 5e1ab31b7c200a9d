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
        var command = new Command("run", "Executes the job of a run folder, as the web application does.") { folder, data };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(folder)!;
            if (!Directory.Exists(path))
            {
                Console.Error.WriteLine($"There is no folder '{path}'.");
                return (int)WorkerExitCode.BadInput;
            }

            var run = new RunFolder(path);
            run.Create();
            // The starter may be gone long before this process, and its console with it.
            using var log = new StreamWriter(new FileStream(run.WorkerLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            {
                AutoFlush = true,
            };
            Console.SetOut(log);
            Console.SetError(log);
            // Ctrl+C at the web application's console reaches its workers too; they are to outlive it.
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            return (int)JobRunner.Run(run, new DataRoot(parsed.GetValue(data) ?? run.Path), LogLine, atConsole: false);
        });
        return command;
    }

    private static void LogLine(RunEvent runEvent)
    {
        if (runEvent is not (StepCompleted or PhaseProgressed or SamplesPredicted))
            Console.WriteLine(JsonSerializer.Serialize(runEvent, ProtocolJson.Line));
    }
}
