using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Kernel mean matching: the source's images are weighed so that their mean in a Gaussian kernel's space is the target's (Huang et al.,
/// "Correcting Sample Selection Bias by Unlabeled Data", 2006). The kernel's γ is one over the median squared distance.
/// </summary>
internal sealed class Kmm(ParameterSet settings) : InstanceWeighting(settings)
{
    private const string Bound = "weight-bound";

    public static TransferMethodSpec Spec { get; } = Shallow(
        "kmm",
        "KMM",
        "Counts images of the source that look like the target's more, and learns from those.",
        "Where the target is a part of what the source shows, such as some of its products. Not for another camera or light.",
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
            Help = "The most that an image may count. With 1, all count alike.",
        });

    protected override Tensor Weigh(Tensor source, Tensor target, CancellationToken cancel)
    {
        double gamma = 1 / Math.Max(1e-12, PairwiseDistances.Squared(source, target).median().item<double>());
        using KernelMeanMatching matching = KernelMeanMatching.Fit(source, target, gamma, Settings.Number(Bound), cancel);
        return matching.Weights.clone();
    }
}
