using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>What else is in the images of a batch, whose targets are those of each one's larger part.</summary>
/// <param name="OtherLabels">[N, …] targets of the smaller part.</param>
/// <param name="Share">[N], what the larger part has of the image: 0.5 to 1.</param>
/// <param name="OwnIsLarger">[N], whether the larger part is the image that has this place in the batch; the other part is of the next one,
/// and of the first in the last.</param>
public sealed record Mixture(Tensor OtherLabels, Tensor Share, Tensor OwnIsLarger) : IDisposable
{
    /// <summary>Some of the images, under other labels.</summary>
    /// <param name="rows">[n], their places in the batch.</param>
    /// <param name="otherLabels">[n], of their smaller parts.</param>
    public Mixture Of(Tensor rows, Tensor otherLabels) => new(otherLabels, Share.index_select(0, rows), OwnIsLarger.index_select(0, rows));

    /// <summary>Targets of the larger and of the smaller parts, of those of the images before they were mixed.</summary>
    /// <param name="targets">[N, …].</param>
    public (Tensor Larger, Tensor Smaller) PartsOf(Tensor targets)
    {
        Tensor own = ByImage(OwnIsLarger, targets),
            next = targets.roll(-1, 0);
        return (where(own, targets, next), where(own, next, targets));
    }

    /// <summary>A number for each image, in a shape that targets of several labels can be combined with.</summary>
    /// <param name="values">[N].</param>
    /// <param name="targets">[N, …].</param>
    internal static Tensor ByImage(Tensor values, Tensor targets) => targets.dim() == 1 ? values : values.unsqueeze(1);

    /// <summary>
    /// Cross-entropy where an image counts for its parts' classes in proportion: Σ λ ℓ(a) + (1 − λ) ℓ(b) over the images, by the weights of
    /// what was
    /// counted. With λ = 1 it is the usual one, also with class weights and label smoothing.
    /// </summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N], of the larger parts.</param>
    /// <param name="classWeights">[classes], or null where all weigh 1.</param>
    /// <param name="labelSmoothing">0…1.</param>
    public Tensor CrossEntropy(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing)
    {
        Tensor Losses(Tensor of) =>
            nn.functional.cross_entropy(logits, of, classWeights, reduction: nn.Reduction.None, label_smoothing: labelSmoothing); // [N]
        Tensor rest = Share.Times(-1).Plus(1);
        Tensor sum = Losses(labels).mul(Share).Plus(Losses(OtherLabels).mul(rest)).sum();
        if (classWeights is null)
            return sum.Times(1.0 / labels.shape[0]);
        return sum.div(Rows(classWeights.unsqueeze(1), labels).sum());
    }

    /// <summary>Rows of a table for what is in each image, by the shares: [N, K].</summary>
    /// <param name="table">[classes, K].</param>
    /// <param name="labels">[N], of the larger parts.</param>
    public Tensor Rows(Tensor table, Tensor labels)
    {
        Tensor share = Share.unsqueeze(1); // [N, 1]
        return table.index_select(0, labels).mul(share).Plus(table.index_select(0, OtherLabels).mul(share.Times(-1).Plus(1)));
    }

    public void Dispose()
    {
        OtherLabels.Dispose();
        Share.Dispose();
        OwnIsLarger.Dispose();
    }
}
