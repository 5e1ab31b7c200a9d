namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Names the resource files of texts about runs, experiments and their comparison.</summary>
internal sealed class RunTexts;
