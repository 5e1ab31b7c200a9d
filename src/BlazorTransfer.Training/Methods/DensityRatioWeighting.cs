using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// KLIEP: the source's images are weighed by how much denser the target is around them, a ratio fitted so that it makes the target most
/// likely
/// (Sugiyama et al., "Direct importance estimation for covariate shift adaptation", 2008). The kernel's width is chosen on held-out images
/// of
/// the target.
/// </summary>
internal sealed class DensityRatioWeighting(ParameterSet settings) : InstanceWeighting(settings)
{
    public static TransferMethodSpec Spec { get; } =
        Shallow(
            "kliep",
            "KLIEP",
            "Weights source images by how much more often the target shows such images.",
            "Like KMM, and it chooses its own kernel. Not for another camera or light.",
            "Sugiyama et al., Direct importance estimation for covariate shift adaptation, 2008"
        );

    protected override Tensor Weigh(Tensor source, Tensor target, CancellationToken cancel)
    {
        using DensityRatio ratio = Kliep.Fit(source, target, gamma: null, cancel);
        return ratio.At(source);
    }
}
