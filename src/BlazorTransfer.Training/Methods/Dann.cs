using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Domain-adversarial training: the discriminator sees the features (Ganin et al., "Domain-Adversarial Training of Neural Networks", 2016).
/// </summary>
internal sealed class Dann(ParameterSet settings) : AdversarialAdaptation(settings)
{
    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "dann",
            "DANN",
            "Trains features from which a discriminator cannot tell the domain of an image.",
            "Can lose accuracy if its strength is too high: compare it with the source-only baseline and with " + "CDAN.",
            "Ganin et al., Domain-Adversarial Training of Neural Networks, 2016",
            // With 1 it cost 13 points from art to photograph; see the page on adaptation.
            AdversarialParameters(0.3)
        );

    protected override Tensor Shown(DomainView view) => view.Features;

    protected override int ShownWidth(TransferModel model) => model.Backbone.HeadFeatureDim;
}
