namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Names the resource files of data sets and imports.</summary>
internal sealed class DatasetTexts;
