namespace BlazorTransfer.Core.Messages;

/// <summary>An exception whose message is for people, with a code for its translation.</summary>
public interface IMessageException
{
    /// <summary>The message; <see cref="Exception.Message"/> is its English text, unless the exception was made for a page.</summary>
    Message Text { get; }
}
