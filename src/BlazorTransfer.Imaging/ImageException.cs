using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>A file is no picture that can be used; the message says so in a sentence for the user.</summary>
public sealed class ImageException(Message message) : Exception(message.English), IMessageException
{
    public Message Text { get; } = message;
}
