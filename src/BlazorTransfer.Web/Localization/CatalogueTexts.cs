using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Web.Localization;

/// <summary>The worker's catalogue in the language of the page. Its English texts come from the worker; only translations have a resource
/// file.</summary>
internal sealed class CatalogueTexts
{
    /// <summary>A copy of the catalogue whose names and explanations are in the language of the page.</summary>
    public static Catalogue Translate(Catalogue catalogue) =>
        catalogue with
        {
            Methods = [.. catalogue.Methods.Select(Translate)],
            CommonParameters = [.. catalogue.CommonParameters.Select(Translate)],
            Backbones = [.. catalogue.Backbones.Select(b => b with { Family = EngineTexts.Of(CatalogueKeys.Family(b.Family)) })],
        };

    private static TransferMethodSpec Translate(TransferMethodSpec method) =>
        method with
        {
            DisplayName = EngineTexts.Of(CatalogueKeys.Name(method)),
            Summary = EngineTexts.Of(CatalogueKeys.Summary(method)),
            Advice = EngineTexts.Of(CatalogueKeys.Advice(method)),
            Group = EngineTexts.Of(CatalogueKeys.Heading(method.Group)),
            Parameters = [.. method.Parameters.Select(Translate)],
        };

    private static ParameterSpec Translate(ParameterSpec parameter) =>
        parameter with
        {
            DisplayName = EngineTexts.Of(CatalogueKeys.Name(parameter)),
            Help = EngineTexts.Of(CatalogueKeys.Help(parameter)),
            Unit = parameter.Unit is { } unit ? EngineTexts.Of(CatalogueKeys.Unit(unit)) : null,
            Choices =
            [
                .. parameter.Choices.Select(c =>
                    c with
                    {
                        DisplayName = EngineTexts.Of(CatalogueKeys.Name(parameter, c)),
                        Help = EngineTexts.Of(CatalogueKeys.Help(parameter, c)),
                    }
                ),
            ],
        };
}
