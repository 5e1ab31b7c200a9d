namespace BlazorTransfer.Web.Security;

/// <summary>Names the resource files of refusals of names, passwords and sign-ins.</summary>
internal sealed class SecurityTexts;
