using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Protocol;

/// <summary>The run folder belongs to another worker: one has it, has executed it, or has begun a newer attempt.</summary>
/// <inheritdoc cref="Core.Messages.Message.Of(string, MessageText)" path="/param"/>
public sealed class RunTakenException(string code, MessageText text) : IOException(text.English), IMessageException
{
    public Message Text { get; } = Core.Messages.Message.Of(code, text);
}
