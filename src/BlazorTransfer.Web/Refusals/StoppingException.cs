namespace BlazorTransfer.Web.Refusals;

/// <summary>The application is ending and accepts nothing new. Programs try again, as after any other answer of an application that
/// ends.</summary>
internal sealed class StoppingException()
    : RefusedException(Core.Messages.Message.Of("refused.stopping", $"The application is being stopped. Try again in a minute."));
