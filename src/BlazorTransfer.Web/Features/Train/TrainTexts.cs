namespace BlazorTransfer.Web.Features.Train;

/// <summary>Names the resource files of the page of presets.</summary>
internal sealed class TrainTexts;
