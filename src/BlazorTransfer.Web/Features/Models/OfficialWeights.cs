using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Localization;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>Pretrained weights that can be downloaded with one click.</summary>
/// <param name="Backbone">The network they are for.</param>
/// <param name="Name">What they are called in the library.</param>
/// <param name="Url">Where the file is.</param>
/// <param name="Sha256Prefix">How the SHA-256 of the file begins, lower-case hex; torchvision's file names say it.</param>
/// <param name="Licence">Licence of the weights.</param>
/// <param name="Origin">Who made them, from what.</param>
internal sealed record OfficialWeights(string Backbone, string Name, string Url, string Sha256Prefix, string Licence, string Origin);

/// <summary>The list of them: torchvision's, or what the settings name, such as a mirror inside the house.</summary>
internal sealed class OfficialWeightsCatalogue
{
    private const string Resource = "official-weights.json";

    public OfficialWeightsCatalogue(IOptions<BlazorTransferOptions> options)
    {
        using Stream file = options.Value.OfficialWeightsFile is { } path
            ? File.OpenRead(path)
            : typeof(OfficialWeightsCatalogue).Assembly.GetManifestResourceStream(Resource)!;
        All = JsonSerializer.Deserialize<IReadOnlyList<OfficialWeights>>(file, ProtocolJson.Line)!;
    }

    public IReadOnlyList<OfficialWeights> All { get; }

    /// <summary>Origin and licence of weights: known of the built-in ones, and of the official ones by their hash, whichever way they
    /// came.</summary>
    public string OriginOf(BackboneWeights weights) =>
        KnownOriginOf(weights) ?? Texts<ModelTexts>.Get(weights.ImportedBy.Length == 0 ? "FromFolder" : "Uploaded");

    /// <summary>The language of the origin where it is in the words of those who made the weights; null for the page's.</summary>
    public string? LanguageOfOrigin(BackboneWeights weights) => KnownOriginOf(weights) is null ? null : "en";

    /// <summary>The origin in English, for files that go with a model.</summary>
    public string RecordedOriginOf(BackboneWeights weights) =>
        KnownOriginOf(weights)
        ?? (weights.ImportedBy.Length == 0 ? "From the weights folder; licence unknown" : "Uploaded; licence unknown");

    private string? KnownOriginOf(BackboneWeights weights) =>
        weights.Origin
        ?? (
            All.FirstOrDefault(w => weights.Sha256.StartsWith(w.Sha256Prefix, StringComparison.Ordinal)) is { } official
                ? $"{official.Origin}; {official.Licence}"
                : null
        );

    public OfficialWeights? For(string backbone) => All.FirstOrDefault(w => w.Backbone == backbone);
}
