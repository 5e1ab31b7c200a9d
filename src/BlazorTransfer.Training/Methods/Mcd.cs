using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Maximum classifier discrepancy: two classifiers learn the source's labels and to disagree about the target, while the features learn to
/// let them
/// agree, so that the target keeps away from where either could decide otherwise (Saito et al., "Maximum Classifier Discrepancy for
/// Unsupervised
/// Domain Adaptation", 2018). Both play at once, through a reversed gradient, instead of in turns. The model keeps the first classifier.
/// </summary>
internal sealed class Mcd(ParameterSet settings) : DomainAdaptation(settings)
{
    private Linear? _second;

    public static new TransferMethodSpec Spec { get; } =
        Deep(
            "mcd",
            "MCD",
            "Trains two classifiers to disagree on target images, and the features to make them agree.",
            "When the classes are separate in the source and their borders are wrong in the target.",
            "Saito et al., Maximum Classifier Discrepancy for Unsupervised Domain Adaptation, 2018",
            AdaptationParameters(1.0)
        );

    /// <exception cref="TrainingException">The head has no hidden layer, so that there may be no features between the frozen trunk and the
    /// classifiers.</exception>
    public override void Configure(TransferModel model)
    {
        base.Configure(model);
        if (model.Backbone.LastLayer is null)
            throw TrainingException.BadInput(
                "mcd.needs-hidden-layer",
                $"MCD needs a hidden layer of the head, which its two classifiers share. Give it some neurons, such as 256."
            );
        _second = nn.Linear(model.Backbone.HeadFeatureDim, model.Classes.Count);
        _second.to(model.Device);
    }

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) =>
        [.. base.ParameterGroups(model), new ParameterGroup(Trainable(_second!))];

    protected override IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    )
    {
        yield return ("second cross-entropy", nn.functional.cross_entropy(_second!.call(source.Features), labels, model.ClassWeights));
        // What the classifiers are to make large, the features before them are to make small.
        Tensor features = GradientReversal.Apply(target.Features, 1);
        Tensor discrepancy = ClassifierDiscrepancy.Loss(model.Backbone.LastLayer!.call(features), _second.call(features));
        yield return ("negative discrepancy", Weighted(discrepancy).neg());
    }

    protected override void Dispose(bool disposing)
    {
        _second?.Dispose();
        base.Dispose(disposing);
    }
}
