using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Conditional domain-adversarial training: the discriminator sees all products of features and predictions, so that it compares class with
/// class; with entropy conditioning (CDAN+E), images that the classifier is sure of count up to twice (Long et al., "Conditional
/// Adversarial
/// Domain Adaptation", 2018). Predictions are shown as they are: through them no gradient goes.
/// </summary>
internal sealed class Cdan(ParameterSet settings) : AdversarialAdaptation(settings)
{
    private const string Entropy = "entropy-conditioning";

    // The discriminator's first layer has 256 weights for each.
    private const int MostProducts = 500_000;

    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "cdan",
            "CDAN",
            "Like DANN, with a discriminator that also sees the predicted class.",
            "The adversarial method to try first: it keeps classes apart where DANN may mix them.",
            "Long et al., Conditional Adversarial Domain Adaptation, 2018",
            AdversarialParameters(
                1.0,
                new ParameterSpec
                {
                    Name = Entropy,
                    DisplayName = "Entropy conditioning (+E)",
                    Kind = ParameterKind.Boolean,
                    Default = true,
                    Advanced = true,
                    Help = "Counts images with confident predictions up to twice.",
                }
            )
        );

    protected override Tensor Shown(DomainView view)
    {
        Tensor predictions;
        using (no_grad())
            predictions = view.Logits.softmax(1);
        return ConditionalMap.Apply(view.Features, predictions);
    }

    /// <exception cref="TrainingException">There are too many products.</exception>
    protected override int ShownWidth(TransferModel model)
    {
        long width = (long)model.Backbone.HeadFeatureDim * model.Classes.Count;
        return width <= MostProducts
            ? (int)width
            : throw TrainingException.BadInput(
                "cdan.too-many-products",
                $"CDAN looks at {width:N0} products of {model.Backbone.HeadFeatureDim:N0} features and {model.Classes.Count:N0} "
                    + $"classes, and at most {MostProducts:N0} are possible. Take a narrower hidden layer of the head."
            );
    }

    protected override Tensor? Weights(DomainView source, DomainView target) =>
        !Settings.Boolean(Entropy)
            ? null
            // Each domain counts as much as the other.
            : cat([OfMeanOne(Predictions.CertaintyWeights(source.Logits)), OfMeanOne(Predictions.CertaintyWeights(target.Logits))]);

    private static Tensor OfMeanOne(Tensor weights) => weights / weights.mean();
}
