using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Models;

/// <summary>What a file of trained weights is: enough to build the network, feed it and read its answer. Lies beside the weights as
/// JSON.</summary>
public sealed record ModelDescription
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string Backbone { get; init; }

    /// <summary>Class names in the order of the outputs.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>How many classes an image has; one in all older files.</summary>
    public LabelKind Kind { get; init; }

    /// <summary>The probability from which on an image has a class, for each class; null where it has exactly one.</summary>
    public IReadOnlyList<double>? Thresholds { get; init; }
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>What it also answers, each set's outputs after those of the one before, and all after those of the classes. Null where it
    /// answers nothing else, as in all older files.</summary>
    public IReadOnlyList<LabelTask>? LabelSets { get; init; }

    /// <summary>The head, where it is more than one linear layer, as in no file of older versions.</summary>
    public HeadSpec? Head { get; init; }
    public required string Method { get; init; }
    public required int Epoch { get; init; }

    /// <summary>Metrics by <see cref="Runs.MetricKeys"/>.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public static string PathBeside(string weights) => Path.ChangeExtension(weights, ".json");

    public void Save(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, ProtocolJson.Indented));

    /// <exception cref="InvalidDataException">The file describes no model of a format this version knows.</exception>
    public static ModelDescription Load(string path)
    {
        try
        {
            ModelDescription? description = JsonSerializer.Deserialize<ModelDescription>(File.ReadAllText(path), ProtocolJson.Indented);
            if (description?.Format != CurrentFormat)
                throw new InvalidDataException($"{path} describes no model of format {CurrentFormat}.");
            if (description.Thresholds is { } thresholds && thresholds.Count != description.Classes.Count)
                throw new InvalidDataException($"{path} does not have a threshold for each class.");
            return description.Head?.IsPossible() == false
                ? throw new InvalidDataException($"{path} describes no possible head.")
                : description;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged: {e.Message}", e);
        }
    }
}
