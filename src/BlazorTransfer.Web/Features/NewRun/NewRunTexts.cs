namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Names the resource files of the expert form.</summary>
internal sealed class NewRunTexts;
