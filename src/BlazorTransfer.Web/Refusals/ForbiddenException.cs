namespace BlazorTransfer.Web.Refusals;

/// <summary>The user may see the thing, but not do this with it.</summary>
internal sealed class ForbiddenException(string message = "Your role in this project does not allow this. Ask an owner of the project.")
    : Exception(message);
