using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.Foundation;

/// <summary>Something that the user can mend: the message says what and how, the code is what the worker exits with.</summary>
public sealed class TrainingException(WorkerExitCode exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public WorkerExitCode ExitCode { get; } = exitCode;

    public static TrainingException BadInput(string message, Exception? inner = null) => new(WorkerExitCode.BadInput, message, inner);
}
