using System.Text.Json;
using System.Text.Json.Serialization;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Models;

/// <summary>Pretrained weights that come with the program: the card beside each file in the worker's <see cref="FolderName"/>.</summary>
public sealed record BuiltInWeights
{
    /// <summary>Folder beside the worker's program.</summary>
    public const string FolderName = "builtin";

    // Not the weights' name with .json: that would be the description of a trained model.
    private const string CardPattern = "*.card.json";

    /// <summary>What people call them.</summary>
    public required string Name { get; init; }

    /// <summary>The backbone whose trunk they are.</summary>
    public required string Backbone { get; init; }

    /// <summary>File name beside the card.</summary>
    public required string File { get; init; }

    /// <summary>Of the file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Classes of the head in the file; 0 where it has none.</summary>
    public int HeadClasses { get; init; }
    public required string Licence { get; init; }

    /// <summary>Who made them, from what.</summary>
    public required string Origin { get; init; }

    /// <summary>File beside the card with the text of the licence, which must go with copies; null where none has to.</summary>
    public string? LicenceFile { get; init; }

    /// <summary>Origin and licence in one line.</summary>
    [JsonIgnore]
    public string OriginAndLicence => $"{Origin}; {Licence}";

    /// <summary>The text of <see cref="LicenceFile"/>; null where there is none.</summary>
    /// <param name="weights">Path of the weights.</param>
    public string? LicenceText(string weights) =>
        LicenceFile is null ? null : System.IO.File.ReadAllText(Path.Combine(Path.GetDirectoryName(weights)!, LicenceFile));

    /// <summary>The cards of a worker's folder, each with the path of its file; none where there is no such folder.</summary>
    public static IReadOnlyList<(BuiltInWeights Card, string Path)> Of(string workerFolder)
    {
        string folder = Path.Combine(workerFolder, FolderName);
        if (!Directory.Exists(folder))
            return [];
        return
        [
            .. Directory
                .GetFiles(folder, CardPattern)
                .Order(StringComparer.Ordinal)
                .Select(card => JsonSerializer.Deserialize<BuiltInWeights>(System.IO.File.ReadAllText(card), ProtocolJson.Indented)!)
                .Select(card => (card, Path.Combine(folder, card.File))),
        ];
    }
}
