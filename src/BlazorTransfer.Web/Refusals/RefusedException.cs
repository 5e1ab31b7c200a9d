using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Web.Refusals;

/// <summary>The request cannot be carried out as it is; the message says what to change. It is shown to members, so it names no place on
/// the server.</summary>
internal class RefusedException(string message) : Exception(ServerPaths.Hide(message));
