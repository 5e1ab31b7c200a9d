using System.CommandLine;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>run RUNFOLDER</c>: what the web application starts.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("run-folder") { Description = "A folder with a job.json." };
        var command = new Command("run", "Executes the job of a run folder, as the web application does.") { folder };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(folder)!;
            if (!Directory.Exists(path))
            {
                Console.Error.WriteLine($"There is no folder '{path}'.");
                return (int)WorkerExitCode.BadInput;
            }

            return (int)JobRunner.Run(new RunFolder(path), _ => { });
        });
        return command;
    }
}
