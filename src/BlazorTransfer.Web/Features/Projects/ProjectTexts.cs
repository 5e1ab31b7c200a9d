namespace BlazorTransfer.Web.Features.Projects;

/// <summary>Names the resource files of projects and their members.</summary>
internal sealed class ProjectTexts;
