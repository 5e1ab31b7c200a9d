using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Refusals;

/// <summary>The thing does not exist, or the user may not know that it does.</summary>
internal sealed class NotFoundException()
    : Exception(EngineTexts.Of(Core.Messages.Message.Of("refused.not-found", $"There is nothing here, or you have no access to it.")));
