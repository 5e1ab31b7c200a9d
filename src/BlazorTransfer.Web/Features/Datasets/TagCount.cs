using BlazorTransfer.Core.Datasets;
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
        [
            .. samples
                .SelectMany(s => s.Tags)
                .GroupBy(t => t.Key, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(name =>
                    name.GroupBy(t => t.Value, StringComparer.Ordinal)
                        .OrderBy(g => g.Key, StringComparer.Ordinal)
                        .Select(g => new TagCount(name.Key, g.Key, g.Count()))
                        .ToArray()
                )
                .Where(values => values.Length <= MostValues)
                .SelectMany(values => values),
        ];
}
