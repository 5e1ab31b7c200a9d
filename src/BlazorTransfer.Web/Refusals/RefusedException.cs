using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Refusals;

/// <summary>The request cannot be carried out as it is; the message says what to change, in the language of the page. It is shown to
/// members, so it names no place on the server.</summary>
internal class RefusedException(Message message) : Exception(ServerPaths.Hide(EngineTexts.Of(message))), IMessageException
{
    public RefusedException(string message)
        : this(Core.Messages.Message.Plain(message)) { }

    public Message Text { get; } = message.Map(ServerPaths.Hide);
}
