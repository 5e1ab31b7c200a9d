using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>
/// Batches of images, changed on the training device. What happens to an image is drawn on the CPU from the run's seed, the epoch and the
/// image, so that neither the device nor the other images of the batch decide it; only mixing pairs an image with its neighbour.
/// </summary>
/// <param name="images">Cropped and mirrored.</param>
/// <param name="settings">What happens to them.</param>
/// <param name="preprocessing">How they are normalised.</param>
/// <param name="mixes">Whether images are also mixed, if the settings say so: not where they have no labels to mix.</param>
public sealed class AugmentedBatches(ImageBatches images, ParameterSet settings, Preprocessing preprocessing, bool mixes = true)
    : BatchSource(images.Samples)
{
    // Apart from the stream that crops come from.
    private const int Stream = 7919;

    private readonly RecipeDraw _recipes = new(settings);
    private readonly Mixing _mixing = new(settings);

    /// <summary>The images, changed as the settings say; themselves where they say nothing.</summary>
    public static BatchSource Of(ImageBatches images, ParameterSet settings, Preprocessing preprocessing, bool mixes = true) =>
        AugmentationParameters.AreOn(settings) ? new AugmentedBatches(images, settings, preprocessing, mixes) : images;

    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
    {
        foreach (Batch batch in images.Read(order, batchSize, epoch, cancel))
            yield return Augment(batch);
    }

    private Batch Augment(Batch batch)
    {
        using Batch plain = batch;
        using var scope = NewDisposeScope();
        Random[] randoms = [.. batch.Seeds.Select(seed => new Random(HashCode(Stream, seed)))];
        Tensor inputs = BatchAugmentation.Apply(batch.Inputs, [.. randoms.Select(_recipes.Draw)], preprocessing);
        if (!_mixing.IsOn || !mixes)
            return batch with { Inputs = inputs.DetachFromDisposeScope(), Labels = batch.Labels.clone().DetachFromDisposeScope() };
        (Tensor mixed, Tensor labels, Mixture mixture) = _mixing.Mix(inputs, batch.Labels, randoms);
        mixture.OtherLabels.DetachFromDisposeScope();
        mixture.Share.DetachFromDisposeScope();
        mixture.OwnIsLarger.DetachFromDisposeScope();
        return batch with { Inputs = mixed.DetachFromDisposeScope(), Labels = labels.DetachFromDisposeScope(), Mixture = mixture };
    }
}
