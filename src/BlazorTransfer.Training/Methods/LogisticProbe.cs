using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Logistic regression on the standardised features of the frozen network, solved to the end instead of trained in steps: what a linear
/// probe
/// comes to, without a learning rate to choose. On labelled images of the source alone it is the classifier that the shallow methods of
/// domain adaptation are compared with.
/// </summary>
internal sealed class LogisticProbe(ParameterSet settings) : FeatureClassifier(settings)
{
    public static TransferMethodSpec Spec { get; } =
        new(
            "logistic-regression",
            "Logistic regression",
            "Freezes the pretrained network and solves for the best linear classifier on its features.",
            "A linear probe without a learning rate or epochs to choose: seconds once the features are computed, "
                + "and the same result each time.",
            null,
            ClassifierParameters
        )
        {
            FitsAtOnce = true,
            SingleLabel = SingleLabelNeed.FittedClassifier,
            Roles = [MethodRole.FeatureProbe, MethodRole.SourceOnlyBaseline],
        };

    public override void Prepare(TransferModel model, BatchSource images, int batchSize, Action<int> progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        (Tensor features, Tensor labels) = FeaturesOf(model, images, batchSize, progress, cancel);
        using Standardisation standard = Standardisation.Of(features);
        using LogisticRegression classifier = Classify(standard.Apply(features), labels, null, model.Classes.Count, cancel);
        SetHead(model, classifier, null, standard);
    }
}
