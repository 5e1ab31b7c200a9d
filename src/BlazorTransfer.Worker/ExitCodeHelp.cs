using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker;

/// <summary>The list of exit codes in the help of the command line.</summary>
internal static class ExitCodeHelp
{
    public static string Text { get; } =
        string.Join('\n', Enum.GetValues<WorkerExitCode>().Select(code => $"  {(int)code}  {Meaning(code)}").Prepend("Exit codes:"));

    private static string Meaning(WorkerExitCode code) =>
        code switch
        {
            WorkerExitCode.Success => "Success",
            WorkerExitCode.InternalError => "Unexpected error",
            WorkerExitCode.Usage => "Invalid command line",
            WorkerExitCode.BadInput => "Invalid job, data or weights",
            WorkerExitCode.Cancelled => "Cancelled",
            WorkerExitCode.DeviceUnavailable => "The device or libtorch cannot be used",
            WorkerExitCode.TrainingFailed => "Training failed, for example because it diverged",
            WorkerExitCode.StorageFailed => "The disk is full or a file cannot be written",
            WorkerExitCode.FilesSkipped => "Some files were skipped; the result is for the others",
            WorkerExitCode.RunTaken => "Another worker has the run folder, has executed it, or has begun a newer attempt",
            _ => throw new InvalidOperationException($"No meaning for {code}."),
        };
}
