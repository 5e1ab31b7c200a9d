namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Names the resource files of the terms of the field: a name and a sentence each.</summary>
internal sealed class GlossaryTexts;
