namespace BlazorTransfer.Web.Features.Models;

/// <summary>Imported weights, as the API gives them.</summary>
/// <param name="Id">The weights.</param>
/// <param name="Name">Their name.</param>
/// <param name="Sha256">Hash of the file.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Backbones">Networks whose trunk they fit.</param>
/// <param name="HeadClasses">Classes of the head in the file, 0 where it has none; null where it is not known.</param>
/// <param name="ImportedBy">The account; empty for built-in weights and files of the weights folder.</param>
/// <param name="ImportedAt">When they were imported.</param>
/// <param name="IsBuiltIn">They came with the program.</param>
/// <param name="Origin">Origin and licence, where they are known.</param>
internal sealed record WeightsResponse(
    string Id,
    string Name,
    string Sha256,
    long Bytes,
    IReadOnlyList<string> Backbones,
    int? HeadClasses,
    string ImportedBy,
    DateTimeOffset ImportedAt,
    bool IsBuiltIn,
    string? Origin
)
{
    public static WeightsResponse Of(BackboneWeights weights) =>
        new(
            weights.Id,
            weights.Name,
            weights.Sha256,
            weights.Bytes,
            weights.Backbones,
            weights.HeadClasses,
            weights.ImportedBy,
            weights.ImportedAt,
            weights.IsBuiltIn,
            weights.Origin
        );
}
