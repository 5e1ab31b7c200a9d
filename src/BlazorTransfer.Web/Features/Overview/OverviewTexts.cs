namespace BlazorTransfer.Web.Features.Overview;

/// <summary>Names the resource files of the home page and the overview of a project.</summary>
internal sealed class OverviewTexts;
