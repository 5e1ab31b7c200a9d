using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Deep domain confusion: the squared distance of the two domains' mean features, the maximum mean discrepancy with a linear kernel, is
/// part of the
/// loss (Tzeng et al., "Deep Domain Confusion: Maximizing for Domain Invariance", 2014).
/// </summary>
internal sealed class Ddc(ParameterSet settings) : DomainAdaptation(settings)
{
    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "ddc",
            "DDC",
            "Pulls the mean features of the two domains together.",
            "The simplest method of its kind: it compares only the means, while DAN compares whole distributions.",
            "Tzeng et al., Deep Domain Confusion: Maximizing for Domain Invariance, 2014",
            AdaptationParameters(0.25)
        );

    protected override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        yield return ("mmd", Weighted(MaximumMeanDiscrepancy.Linear(source.Features, target.Features)));
    }
}
