using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.Foundation;

/// <summary>Something that the user can mend: the message says what and how, the code is what the worker exits with.</summary>
public sealed class TrainingException(WorkerExitCode exitCode, Message message, Exception? inner = null)
    : Exception(message.English, inner),
        IMessageException
{
    /// <inheritdoc cref="Core.Messages.Message.Of(string, MessageText)" path="/param"/>
    public TrainingException(WorkerExitCode exitCode, string code, MessageText text, Exception? inner = null)
        : this(exitCode, Core.Messages.Message.Of(code, text), inner) { }

    public WorkerExitCode ExitCode { get; } = exitCode;

    public Message Text { get; } = message;

    /// <inheritdoc cref="Core.Messages.Message.Of(string, MessageText)" path="/param"/>
    public static TrainingException BadInput(string code, MessageText text, Exception? inner = null) =>
        new(WorkerExitCode.BadInput, code, text, inner);

    public static TrainingException BadInput(Message message, Exception? inner = null) => new(WorkerExitCode.BadInput, message, inner);
}
