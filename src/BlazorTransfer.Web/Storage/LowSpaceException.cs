using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Storage;

/// <summary>Less space is free than the application keeps for itself, so that nothing large is accepted.</summary>
internal sealed class LowSpaceException() : RefusedException("The disk is nearly full. Free some space, then try again.");
