namespace BlazorTransfer.Web.Features.BackgroundJobs;

/// <summary>Names the resource files of the list of background jobs.</summary>
internal sealed class JobTexts;
