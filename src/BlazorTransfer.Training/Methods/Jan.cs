using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Joint adaptation network: the distance of the joint distributions of features and predictions, as the maximum mean discrepancy with the
/// product of their kernels (Long et al., "Deep Transfer Learning with Joint Adaptation Networks", 2017).
/// </summary>
internal sealed class Jan(ParameterSet settings) : DomainAdaptation(settings)
{
    // For probabilities, as the authors' program has it: exp(−|p − q|²/1.68).
    private static readonly double[] OneWidth = [1 / 1.68];

    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "jan",
            "JAN",
            "Aligns features and predictions together, so that the same classes are matched.",
            "Like DAN, but it keeps the classes apart. For domains whose classes are equally frequent.",
            "Long et al., Deep Transfer Learning with Joint Adaptation Networks, 2017",
            AdaptationParameters(1.0)
        );

    protected override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        Tensor joint = MaximumMeanDiscrepancy.Joint(
            [source.Features, source.Logits.softmax(1)],
            [target.Features, target.Logits.softmax(1)],
            [null, OneWidth]
        );
        yield return ("jmmd", Weighted(joint));
    }
}
