namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>Names the resource files of texts about experiments.</summary>
internal sealed class ExperimentTexts;
