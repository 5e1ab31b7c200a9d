namespace BlazorTransfer.Web.Features.Team;

/// <summary>Names the resource files of the pages of accounts.</summary>
internal sealed class TeamTexts;
