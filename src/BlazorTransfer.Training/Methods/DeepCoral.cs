using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Deep CORAL: the distance of the two domains' covariances, |Cs − Ct|²/(4 D²), is part of the loss (Sun and Saenko, "Deep CORAL:
/// Correlation
/// Alignment for Deep Domain Adaptation", 2016).
/// </summary>
internal sealed class DeepCoral(ParameterSet settings) : DomainAdaptation(settings)
{
    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "deep-coral",
            "Deep CORAL",
            "Gives the features of the two domains the same correlations while the classifier learns.",
            "Nearly as stable as DAN, and as fast.",
            "Sun and Saenko, Deep CORAL: Correlation Alignment for Deep Domain Adaptation, 2016",
            AdaptationParameters(1.0)
        );

    protected override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        // The paper's D² makes the loss of wide layers vanish; it is scaled by D, which λ = 1 would be for a layer of D = 1.
        yield return ("coral", Weighted(CorrelationAlignment.Loss(source.Features, target.Features).Times(source.Features.shape[1])));
    }
}
