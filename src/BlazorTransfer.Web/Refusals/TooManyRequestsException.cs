using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Web.Refusals;

/// <summary>The user has asked for this too often, or too much waits to be done; it can be asked for again after
/// <paramref name="wait"/>.</summary>
internal sealed class TooManyRequestsException(Message message, TimeSpan wait) : RefusedException(message)
{
    public TooManyRequestsException(TimeSpan wait)
        : this(
            Core.Messages.Message.Of("refused.too-many", $"Too many requests of this kind. Wait {SecondsOf(wait)} s, then try again."),
            wait
        ) { }

    /// <summary>Whole seconds to wait, at least one.</summary>
    public int Seconds { get; } = SecondsOf(wait);

    private static int SecondsOf(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
}
