using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Refusals;

/// <summary>The user may see the thing, but not do this with it.</summary>
internal sealed class ForbiddenException(Message message) : Exception(EngineTexts.Of(message))
{
    public ForbiddenException()
        : this(Core.Messages.Message.Of("refused.role", $"Your role in this project does not allow this. Ask an owner of the project.")) { }
}
