namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Names the resource files of texts of the pages that change a data set.</summary>
internal sealed class WorkbenchTexts;
