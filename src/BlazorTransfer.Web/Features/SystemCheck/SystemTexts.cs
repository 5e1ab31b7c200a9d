namespace BlazorTransfer.Web.Features.SystemCheck;

/// <summary>Names the resource files of the system check.</summary>
internal sealed class SystemTexts;
