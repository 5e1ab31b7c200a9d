namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>Names the resource files of texts of the page of a run.</summary>
internal sealed class RunDetailTexts;
