using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Features.Guide;

/// <summary>The pages of the guide and the experiments that they offer, from the files in <c>Pages</c>, which are part of the
/// program.</summary>
internal static class GuideLibrary
{
    private static readonly ConcurrentDictionary<(string Language, string Topic), GuideDocument> Documents = new();

    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> Experiments = new(ReadExperiments);

    /// <summary>A page in the language of the page that is drawn now.</summary>
    /// <exception cref="NotFoundException">There is no such page.</exception>
    public static GuideDocument Get(string topic) => Get(topic, Languages.Current);

    /// <inheritdoc cref="Get(string)"/>
    public static GuideDocument Get(string topic, CultureInfo language) =>
        Documents.GetOrAdd((language.Name, topic), _ => GuideDocument.Parse(Markdown(topic, language)));

    /// <summary>The text of a page as it was written.</summary>
    /// <exception cref="NotFoundException">There is no such page.</exception>
    public static string Markdown(string topic, CultureInfo language) =>
        GuideTopics.All.Contains(topic) ? Read($"{language.Name}/{topic}.md") : throw new NotFoundException();

    /// <summary>What a page's experiment chooses in the expert form, by the names in its address; empty for the presets.</summary>
    public static IReadOnlyDictionary<string, string> ChoicesOf(string topic) =>
        Experiments.Value.GetValueOrDefault(topic) ?? throw new NotFoundException();

    /// <summary>The page on which a page's experiment can be started.</summary>
    public static string ExperimentAddress(string topic, string projectId, string datasetId) =>
        ChoicesOf(topic) is { Count: > 0 } choices
            ? AppRoutes.NewRunWith(projectId, datasetId, choices)
            : AppRoutes.Train(projectId, datasetId);

    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ReadExperiments() =>
        JsonSerializer
            .Deserialize<Dictionary<string, Dictionary<string, string>>>(Read("experiments.json"))!
            .ToDictionary(e => e.Key, e => (IReadOnlyDictionary<string, string>)e.Value);

    private static string Read(string file)
    {
        using Stream stream =
            typeof(GuideLibrary).Assembly.GetManifestResourceStream($"guide/{file}")
            ?? throw new FileNotFoundException($"The program has no guide page '{file}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
