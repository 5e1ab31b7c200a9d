using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Deep adaptation network: the distance of the two domains' features, as the maximum mean discrepancy with Gaussian kernels of five
/// widths, is
/// part of the loss (Long et al., "Learning Transferable Features with Deep Adaptation Networks", 2015). Here it is taken of what the last
/// layer
/// takes and of the logits.
/// </summary>
internal sealed class Dan(ParameterSet settings) : DomainAdaptation(settings)
{
    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "dan",
            "DAN",
            "Pulls the features of the two domains together, measured by their maximum mean discrepancy.",
            "A safe first choice among the methods that train: stable, with a single setting that matters.",
            "Long et al., Learning Transferable Features with Deep Adaptation Networks, 2015",
            AdaptationParameters(1.0)
        );

    protected override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        Tensor features = MaximumMeanDiscrepancy.MultiScale(source.Features, target.Features),
            logits = MaximumMeanDiscrepancy.MultiScale(source.Logits, target.Logits);
        yield return ("mmd", Weighted(features.Plus(logits)));
    }
}
