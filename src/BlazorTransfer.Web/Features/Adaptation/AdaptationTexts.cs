namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>Names the resource files of texts about domain adaptation.</summary>
internal sealed class AdaptationTexts;
