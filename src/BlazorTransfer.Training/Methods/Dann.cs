using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Domain-adversarial training: the discriminator sees the features (Ganin et al., "Domain-Adversarial Training of Neural Networks", 2016).
/// </summary>
internal sealed class Dann(ParameterSet settings) : AdversarialAdaptation(settings)
{
    public static new TransferMethodSpec Spec { get; } = Deep(
        "dann",
        "DANN",
        "Hides from an opponent which domain an image comes from.",
        "Can gain much on large domains, and lose much on small ones: compare it with the source alone.",
        "Ganin et al., Domain-Adversarial Training of Neural Networks, 2016",
        AdversarialParameters());

    protected override Tensor Shown(DomainView view) => view.Features;

    protected override int ShownWidth(TransferModel model) => model.Backbone.HeadFeatureDim;
}
