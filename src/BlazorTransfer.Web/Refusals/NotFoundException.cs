namespace BlazorTransfer.Web.Refusals;

/// <summary>The thing does not exist, or the user may not know that it does.</summary>
internal sealed class NotFoundException() : Exception("There is nothing here, or you have no access to it.");
