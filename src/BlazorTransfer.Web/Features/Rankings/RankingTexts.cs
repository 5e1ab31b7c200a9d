namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Names the resource files of texts about rankings of networks.</summary>
internal sealed class RankingTexts;
