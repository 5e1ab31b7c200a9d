using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Classifiers;

/// <summary>The classes of the k nearest samples vote, see <see cref="NeighbourVotes"/>; of very many samples, evenly spread ones stand for
/// all.</summary>
internal sealed class NearestNeighbours : IFittedClassifier
{
    private NearestNeighbours(Tensor references, Tensor labels, int classes, int neighbours) =>
        (References, Labels, Classes, Neighbours) = (references, labels, classes, neighbours);

    /// <summary>[M, D].</summary>
    public Tensor References { get; }

    /// <summary>[M], class numbers.</summary>
    public Tensor Labels { get; }
    public int Classes { get; }

    /// <summary>k, at most M.</summary>
    public int Neighbours { get; }

    /// <param name="features">[N, D].</param>
    /// <param name="labels">[N] class numbers, 64-bit integers.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="neighbours">k; fewer where there are fewer samples.</param>
    public static NearestNeighbours Fit(Tensor features, Tensor labels, int classes, int neighbours)
    {
        Tensor references = EvenRows.Of(features, HeadSpec.MaximumReferences),
            known = EvenRows.Of(labels, HeadSpec.MaximumReferences);
        return new NearestNeighbours(
            references.clone().DetachFromDisposeScope(),
            known.clone().DetachFromDisposeScope(),
            classes,
            (int)Math.Min(neighbours, references.shape[0])
        );
    }

    public Tensor Logits(Tensor features) => NeighbourVotes.Votes(features, References, Labels, Classes, Neighbours);

    public void Dispose()
    {
        References.Dispose();
        Labels.Dispose();
    }
}
