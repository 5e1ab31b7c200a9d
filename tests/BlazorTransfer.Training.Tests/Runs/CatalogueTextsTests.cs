using System.Xml.Linq;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Training.Tests.Runs;

/// <summary>The catalogue's texts have translations in the web application, which takes them by key.</summary>
public sealed class CatalogueTextsTests
{
    // Units of progress, which the worker's other messages use.
    private static readonly string[] OtherUnits = ["packages"];

    private static readonly Catalogue Catalogue = Catalogues.Describe();

    private static IReadOnlyList<Message> Texts => [.. CatalogueKeys.All(Catalogue), .. OtherUnits.Select(CatalogueKeys.Unit)];

    [Fact]
    public void Texts_AreAllTranslated() => Assert.Empty(Texts.Select(t => t.Code!).Except(Translated()));

    [Fact]
    public void Translations_AreAllUsed() => Assert.Empty(Translated().Except(Texts.Select(t => t.Code!)));

    /// <summary>One translation cannot say what two English texts say.</summary>
    [Fact]
    public void Keys_HaveOneEnglishTextEach() =>
        Assert.Empty(Texts.GroupBy(t => t.Code!, t => t.English).Where(g => g.Distinct().Count() > 1).Select(g => g.Key));

    private static IReadOnlyList<string> Translated() =>
        [
            .. XDocument
                .Load(Path.Combine(AppContext.BaseDirectory, "CatalogueTexts.zh-CN.xml"))
                .Root!.Elements("data")
                .Select(d => d.Attribute("name")!.Value),
        ];
}
