namespace BlazorTransfer.Web.Features.Guide;

/// <summary>Names the resource files of the guide's texts beside its pages.</summary>
internal sealed class GuideTexts;
