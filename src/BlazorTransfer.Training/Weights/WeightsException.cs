using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Training.Weights;

/// <summary>A weights file is refused; the message says why, in words for the user.</summary>
public sealed class WeightsException(Message message, Exception? inner = null) : IOException(message.English, inner), IMessageException
{
    /// <inheritdoc cref="Core.Messages.Message.Of(string, MessageText)" path="/param"/>
    public WeightsException(string code, MessageText text, Exception? inner = null)
        : this(Core.Messages.Message.Of(code, text), inner) { }

    public Message Text { get; } = message;
}
