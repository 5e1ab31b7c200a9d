using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Kernel mean matching: the source's images are weighed so that their mean in a Gaussian kernel's space is the target's (Huang et al.,
/// "Correcting Sample Selection Bias by Unlabeled Data", 2006). The kernel's γ is one over the median squared distance.
/// </summary>
internal sealed class Kmm(ParameterSet settings) : InstanceWeighting(settings)
{
    private const string Bound = "weight-bound";

    // Rows whose median distance stands for all.
    private const int MedianRows = 1000;

    // Each image is compared with each other: a matrix of 3.2 GB.
    private const int MostImages = 20_000;

    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "kmm",
            "KMM",
            "Gives more weight to source images that resemble the target and learns from those.",
            "When the target is a part of what the source shows, such as some of its products. Not for another " + "camera or light.",
            "Huang et al., Correcting Sample Selection Bias by Unlabeled Data, 2006",
            new ParameterSpec
            {
                Name = Bound,
                DisplayName = "Largest weight (B)",
                Kind = ParameterKind.Number,
                Default = 10.0,
                Minimum = 1,
                Maximum = 1000,
                Logarithmic = true,
                Advanced = true,
                Help = "Largest weight of an image. With 1, all images count alike.",
            }
        );

    protected override Tensor Weigh(Tensor source, Tensor target, CancellationToken cancel)
    {
        if (source.shape[0] > MostImages)
            throw TrainingException.BadInput(
                "kmm.too-many-images",
                $"KMM compares every image of the source with every other, which {source.shape[0]:N0} images are too many for "
                    + $"({MostImages:N0} at most). Choose KLIEP."
            );
        double gamma =
            1
            / Math.Max(
                1e-12,
                PairwiseDistances.Squared(EvenRows.Of(source, MedianRows), EvenRows.Of(target, MedianRows)).median().item<double>()
            );
        using KernelMeanMatching matching = KernelMeanMatching.Fit(source, target, gamma, Settings.Number(Bound), cancel);
        return matching.Weights.clone();
    }
}
