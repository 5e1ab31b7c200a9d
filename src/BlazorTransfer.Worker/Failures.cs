using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Worker;

/// <summary>The one place where a failure becomes an exit code and a sentence.</summary>
internal static class Failures
{
    public static (WorkerExitCode Code, string Message) Describe(Exception failure) =>
        failure switch
        {
            TrainingException e => (e.ExitCode, e.Message),
            OperationCanceledException => (WorkerExitCode.Cancelled, "The run was cancelled."),
            ImportException
            or WeightsException
            or ImageException
            or InvalidDataException
            or FileNotFoundException
            or DirectoryNotFoundException => (WorkerExitCode.BadInput, failure.Message),
            OutOfMemoryException => (WorkerExitCode.TrainingFailed, "Memory ran out. Use a smaller batch size or a smaller backbone."),
            System.Runtime.InteropServices.ExternalException e
                when e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) => (
                WorkerExitCode.TrainingFailed,
                "The device's memory ran out. Use a smaller batch size, a smaller backbone or a deeper freeze."
            ),
            System.Runtime.InteropServices.ExternalException e
                when e.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase) => (
                WorkerExitCode.TrainingFailed,
                "Memory ran out. Use a smaller batch size, smaller images or a smaller backbone."
            ),
            RunTakenException => (WorkerExitCode.RunTaken, failure.Message),
            UnauthorizedAccessException => (WorkerExitCode.StorageFailed, $"A file cannot be written: {failure.Message}"),
            IOException e when DiskFullException.IsCauseOf(e) => (
                WorkerExitCode.StorageFailed,
                "The disk is full. Free some space and run again."
            ),
            IOException => (WorkerExitCode.StorageFailed, failure.Message),
            _ => (WorkerExitCode.InternalError, $"Unexpected error: {failure.GetBaseException().Message.Split('\n')[0]}"),
        };

    /// <summary>Runs a command; a failure ends in one line on standard error and its code.</summary>
    public static int Guard(Action command) =>
        Guard(() =>
        {
            command();
            return WorkerExitCode.Success;
        });

    /// <summary>The same for a command that has more than one good end.</summary>
    public static int Guard(Func<WorkerExitCode> command)
    {
        try
        {
            return (int)command();
        }
        catch (Exception e)
        {
            (WorkerExitCode code, string message) = Describe(e);
            Console.Error.WriteLine(message);
            if (code == WorkerExitCode.InternalError)
                Console.Error.WriteLine(e);
            return (int)code;
        }
    }
}
