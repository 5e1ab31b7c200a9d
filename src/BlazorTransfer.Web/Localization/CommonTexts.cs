namespace BlazorTransfer.Web.Localization;

/// <summary>Names the resource files of texts that several features use.</summary>
internal sealed class CommonTexts;
