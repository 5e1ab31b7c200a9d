namespace BlazorTransfer.Web.Features.Backbones;

/// <summary>Names the resource files of the page of networks.</summary>
internal sealed class BackboneTexts;
