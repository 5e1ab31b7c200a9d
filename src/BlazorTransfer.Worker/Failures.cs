using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Worker;

/// <summary>The one place where a failure becomes an exit code and a sentence.</summary>
internal static class Failures
{
    public static (WorkerExitCode Code, Message Message) Describe(Exception failure) =>
        failure switch
        {
            TrainingException e => (e.ExitCode, e.Text),
            OperationCanceledException => (WorkerExitCode.Cancelled, Message.Of("run.cancelled", $"The run was cancelled.")),
            ImportException
            or WeightsException
            or ImageException
            or InvalidDataException
            or FileNotFoundException
            or DirectoryNotFoundException => (WorkerExitCode.BadInput, Message.Of(failure)),
            OutOfMemoryException => (
                WorkerExitCode.TrainingFailed,
                Message.Of("memory.ran-out", $"Memory ran out. Use a smaller batch size or a smaller network.")
            ),
            System.Runtime.InteropServices.ExternalException e
                when e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) => (
                WorkerExitCode.TrainingFailed,
                Message.Of(
                    "memory.device-ran-out",
                    $"The device's memory ran out. Use a smaller batch size, a smaller network, or freeze more layers."
                )
            ),
            System.Runtime.InteropServices.ExternalException e
                when e.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase) => (
                WorkerExitCode.TrainingFailed,
                Message.Of("memory.cannot-allocate", $"Memory ran out. Use a smaller batch size, smaller images or a smaller network.")
            ),
            RunTakenException e => (WorkerExitCode.RunTaken, e.Text),
            UnauthorizedAccessException => (
                WorkerExitCode.StorageFailed,
                Message.Of("storage.not-writable", $"A file cannot be written: {Message.Of(failure)}")
            ),
            IOException e when DiskFullException.IsCauseOf(e) => (
                WorkerExitCode.StorageFailed,
                Message.Of("disk.full-run", $"The disk is full. Free some space and run again.")
            ),
            IOException => (WorkerExitCode.StorageFailed, Message.Of(failure)),
            _ => (
                WorkerExitCode.InternalError,
                Message.Of("error.unexpected", $"Unexpected error: {failure.GetBaseException().Message.Split('\n')[0]}")
            ),
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
            (WorkerExitCode code, Message message) = Describe(e);
            Console.Error.WriteLine(MessageLine.IsWanted ? MessageLine.Write(message) : message.English);
            if (code == WorkerExitCode.InternalError)
                Console.Error.WriteLine(e);
            return (int)code;
        }
    }
}
