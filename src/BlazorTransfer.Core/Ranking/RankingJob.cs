using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Ranking;

/// <summary>What a ranking of backbones is asked for: the content of the file that <c>worker rank --job</c> takes.</summary>
public sealed record RankingJob
{
    /// <summary>Images that suffice: features of more would take minutes and change the order of candidates rarely.</summary>
    public const int UsualImages = 2000;
    public const int UsualFolds = 5;

    /// <summary>The data set; only its training split is used.</summary>
    public required DataSpec Data { get; init; }
    public required IReadOnlyList<RankingCandidate> Candidates { get; init; }

    /// <summary>Training images to draw, in all, each class in proportion.</summary>
    public int MaxImages { get; init; } = UsualImages;

    /// <summary>Parts of the cross-validated linear probe.</summary>
    public int Folds { get; init; } = UsualFolds;

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = DeviceSpec.Auto;

    /// <summary>Draws the images, the folds and what is random in random networks.</summary>
    public int Seed { get; init; }

    public void Save(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, ProtocolJson.Indented));

    /// <exception cref="InvalidDataException">The file is no such job.</exception>
    public static RankingJob Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RankingJob>(File.ReadAllText(path), ProtocolJson.Indented)
                ?? throw new InvalidDataException($"{path} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no valid ranking job: {e.Message}", e);
        }
    }
}

/// <summary>A network with weights that might be the start of a run.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Backbone">The network; null where the file is to tell.</param>
/// <param name="File">A safetensors, PyTorch or ONNX file; null for random initialisation.</param>
/// <param name="WeightsId">What the asker knows the weights by; it comes back with the result.</param>
public sealed record RankingCandidate(string Name, string? Backbone, string? File, string? WeightsId = null)
{
    /// <summary>A network that knows nothing yet: what pretrained weights must beat.</summary>
    public static RankingCandidate Random(string backbone) => new($"{backbone}, random initialisation", backbone, File: null);
}
