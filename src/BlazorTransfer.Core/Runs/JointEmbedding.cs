using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Runs;

/// <summary>
/// Images of both domains on a plane, as the kept model sees them: the first two principal components of what its last layer takes, and
/// their
/// neighbourhoods as t-SNE lays them out. A file among the run's artifacts.
/// </summary>
/// <param name="Points">Of both domains.</param>
/// <param name="Explained">Share of all variance that the plane shows, 0…1.</param>
/// <param name="DomainDistance">
/// Proxy A-distance of all components, 0…2: 0 where a linear classifier cannot tell the domains apart, 2 where it always can. Null where
/// there
/// are too few images to ask.
/// </param>
public sealed record JointEmbedding(IReadOnlyList<EmbeddedImage> Points, double Explained, double? DomainDistance)
{
    public void Save(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, ProtocolJson.Line));

    /// <inheritdoc cref="ProtocolJson.TryRead" path="/returns"/>
    public static JointEmbedding? TryLoad(string path) => ProtocolJson.TryRead<JointEmbedding>(path);
}

/// <param name="Sha256">The image's identity.</param>
/// <param name="OfTarget">Of the target domain; otherwise of the source's validation images.</param>
/// <param name="X">First component.</param>
/// <param name="Y">Second component.</param>
/// <param name="Predicted">What the model takes it for.</param>
/// <param name="Label">What it is; null where nobody has said, or the method was not to know.</param>
/// <param name="Neighbourhood">Its place by t-SNE; null in files of versions before it, and where there are too few images.</param>
public sealed record EmbeddedImage(
    string Sha256,
    bool OfTarget,
    double X,
    double Y,
    string Predicted,
    string? Label,
    PlanePoint? Neighbourhood = null
);

/// <summary>A place on a plane without units.</summary>
public sealed record PlanePoint(double X, double Y);
