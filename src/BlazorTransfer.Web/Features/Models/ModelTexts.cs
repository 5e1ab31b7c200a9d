namespace BlazorTransfer.Web.Features.Models;

/// <summary>Names the resource files of texts about weights.</summary>
internal sealed class ModelTexts;
