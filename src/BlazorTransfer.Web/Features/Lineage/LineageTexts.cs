namespace BlazorTransfer.Web.Features.Lineage;

/// <summary>Names the resource files of texts about the origin of models.</summary>
internal sealed class LineageTexts;
