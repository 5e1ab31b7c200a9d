namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Names the resource files of the texts of charts.</summary>
internal sealed class ChartTexts;
