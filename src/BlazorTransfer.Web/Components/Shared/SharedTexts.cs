namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Names the resource files of components that several pages share.</summary>
internal sealed class SharedTexts;
