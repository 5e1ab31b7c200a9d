using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Previews;

/// <summary>What is to be shown of a run's training images: the content of the file that <c>worker preview-augmentation --job</c>
/// takes.</summary>
public sealed record PreviewJob
{
    /// <summary>The data set; only its training split is shown.</summary>
    public required DataSpec Data { get; init; }

    /// <summary>The network, whose input size and normalisation count.</summary>
    public required string Backbone { get; init; }

    /// <summary>The method, whose defaults count.</summary>
    public required string Method { get; init; }

    /// <summary>Values that differ from their defaults, by parameter name.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = new Dictionary<string, ParameterValue>();

    /// <summary>Draws the changes, not the images.</summary>
    public int Seed { get; init; }

    public void Save(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, ProtocolJson.Indented));

    /// <exception cref="InvalidDataException">The file is no such job.</exception>
    public static PreviewJob Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<PreviewJob>(File.ReadAllText(path), ProtocolJson.Indented)
                ?? throw new InvalidDataException($"{path} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no valid preview job: {e.Message}", e);
        }
    }
}
