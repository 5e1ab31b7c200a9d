using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>How many images have a tag, such as <c>domain: photo</c>.</summary>
public sealed record TagCount(string Name, string Value, int Images)
{
    /// <summary>A tag with more values than this, such as a file's number, divides nothing.</summary>
    public const int MostValues = 50;

    /// <summary>A tag's name as people read it: the program's own names in their language, others as they were given.</summary>
    public static string Shown(string name) =>
        name switch
        {
            SampleTag.DomainName => Texts<DatasetTexts>.Get("Domain"),
            SampleDatasetGenerator.LightingTag => Texts<DatasetTexts>.Get("Lighting"),
            _ => name,
        };

    /// <summary>A tag as people read it, such as <c>lighting: warm</c>.</summary>
    public static string Shown(SampleTag tag) => Texts<DatasetTexts>.Get("Values", Shown(tag.Name), tag.Value);

    /// <summary>A tag's name at the head of a column or a field.</summary>
    public static string Heading(string name) => Shown(name) is var shown ? $"{char.ToUpperInvariant(shown[0])}{shown[1..]}" : "";

    /// <summary>By name and value, without those that divide nothing.</summary>
    public static IReadOnlyList<TagCount> Of(IEnumerable<Sample> samples) =>
        Of([
            .. samples
                .SelectMany(s => s.Tags)
                .GroupBy(t => new SampleTag(t.Key, t.Value))
                .Select(g => new TagValueCount(g.Key, g.Count()))
                .OrderBy(t => t.Tag.Name, StringComparer.Ordinal)
                .ThenBy(t => t.Tag.Value, StringComparer.Ordinal),
        ]);

    /// <inheritdoc cref="Of(IEnumerable{Sample})"/>
    public static IReadOnlyList<TagCount> Of(IReadOnlyList<TagValueCount> counts) =>
        [
            .. counts
                .GroupBy(t => t.Tag.Name, StringComparer.Ordinal)
                .Where(values => values.Count() <= MostValues)
                .SelectMany(values => values.Select(t => new TagCount(t.Tag.Name, t.Tag.Value, t.Images))),
        ];
}
