using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Images;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>What a shallow method works on, in double precision.</summary>
/// <param name="Source">[Ns, D], standardised.</param>
/// <param name="Labels">[Ns] class numbers.</param>
/// <param name="Target">[Nt, D], standardised; nobody knows their classes.</param>
/// <param name="Classes">How many classes there are.</param>
internal sealed record DomainFeatures(Tensor Source, Tensor Labels, Tensor Target, int Classes);

/// <summary>
/// Adaptation on the features of the frozen network: standardise, bring the source's features near the target's, and fit a logistic regression
/// to them. All of it is linear in the features, so that it becomes the weights of the head, and the model is one like any other:
/// logits = ((x − m) / s · P) A + c, with m and s of the target, P the method's map of target features [D, k], and A, c the classifier.
/// </summary>
internal abstract class ShallowAdaptation(ParameterSet settings) : TransferMethod(settings)
{
    private const string Standardise = "standardise";
    private const string Decay = "classifier-decay";
    private const string PerDomain = "per-domain";

    public sealed override bool AdaptsToTarget => true;
    public sealed override bool FitsAtOnce => true;
    public sealed override int PreparationPasses => 1;

    public sealed override int FrozenGroups(TransferModel model) => model.HeadEntry;

    /// <exception cref="TrainingException">The network's head is not linear in pooled features.</exception>
    public sealed override void Configure(TransferModel model)
    {
        base.Configure(model);
        if (model.Backbone.Head is not Linear)
            throw TrainingException.BadInput($"The head of {model.Backbone.Spec.DisplayName} is no linear layer on the features, which this method needs. Choose another network, or a method that trains.");
    }

    public sealed override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) => [];

    public sealed override void Prepare(TransferModel model, BatchSource images, int batchSize, Action<int> progress, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        BatchSource unlabelled = images.Target ?? throw new InvalidOperationException("There are no images of the target.");
        model.Backbone.eval();
        (Tensor source, Tensor labels) = Collect(images, Features, batchSize, progress, cancel);
        (Tensor target, _) = Collect(unlabelled, Features, batchSize, done => progress(images.Samples.Count + done), cancel);
        (source, target) = (source.to(float64), target.to(float64));
        using Standardisation ofTarget = Settings.Choice(Standardise) == PerDomain ? Standardisation.Of(target) : Standardisation.Of(source);
        using Standardisation ofSource = Standardisation.Of(source);
        var domains = new DomainFeatures(ofSource.Apply(source), labels, ofTarget.Apply(target), model.Classes.Count);
        Alignment aligned = Align(domains, cancel);
        using LogisticRegression classifier = Classify(aligned.Source, labels, aligned.Weights, domains.Classes, cancel);
        Tensor weights = aligned.TargetMap is null ? classifier.Coefficients : aligned.TargetMap.mm(classifier.Coefficients);
        (Tensor folded, Tensor bias) = ofTarget.Fold(weights, classifier.Intercept);
        SetHead(model, folded, bias);

        Tensor Features(Batch batch) => model.Backbone.Pool(model.HeadInput(batch.Inputs, batch.Entry));
    }

    /// <summary>Brings the domains together.</summary>
    protected abstract Alignment Align(DomainFeatures domains, CancellationToken cancel);

    /// <summary>The classifier of these methods, fitted to the source's features.</summary>
    /// <param name="features">[N, k].</param>
    /// <param name="labels">[N].</param>
    /// <param name="weights">[N], how much each counts; null where all count alike.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="cancel">Stops the search.</param>
    protected LogisticRegression Classify(Tensor features, Tensor labels, Tensor? weights, int classes, CancellationToken cancel) =>
        LogisticRegression.Fit(features, labels, classes, Settings.Number(Decay), cancel);

    /// <summary>The parameters of the family, after a method's own.</summary>
    protected static IReadOnlyList<ParameterSpec> Parameters(params ParameterSpec[] own) =>
    [
        .. own,
        new ParameterSpec
        {
            Name = Standardise, DisplayName = "Standardise features", Kind = ParameterKind.Choice, Default = PerDomain,
            Help = "Each feature is brought to mean zero and deviation one before anything else.",
            Choices =
            [
                new ParameterChoice(PerDomain, "In each domain", "By the domain's own mean and deviation: alone it takes away most differences of light and colour."),
                new ParameterChoice("source", "As in the source", "By the source's, for both domains: where the classes are not equally frequent in the two."),
            ],
        },
        new ParameterSpec
        {
            Name = Decay, DisplayName = "Weight decay of the classifier", Kind = ParameterKind.Number, Default = 0.01, Minimum = 1e-6, Maximum = 10, Logarithmic = true,
            Help = "Holds the logistic regression back from learning the source by heart. More for few images.",
        },
        CommonParameters.EpochsOf(1),
        CommonParameters.Named(CommonParameters.Augmentation) with { Default = "none" },
        CommonParameters.Named(CommonParameters.BatchSize) with { Default = 32 },
    ];

    /// <summary>Puts a classifier of features in the place of the head: [D, classes] and [classes].</summary>
    private static void SetHead(TransferModel model, Tensor weights, Tensor bias)
    {
        var head = (Linear)model.Backbone.Head;
        head.weight!.copy_(weights.t());
        head.bias!.copy_(bias);
    }

    /// <summary>How the domains were brought together.</summary>
    /// <param name="Source">[Ns, k], what the classifier learns from.</param>
    /// <param name="TargetMap">[D, k], from standardised features of the target to where the classifier is at home; null for the identity.</param>
    /// <param name="Weights">[Ns], how much each image of the source counts; null where all count alike.</param>
    protected sealed record Alignment(Tensor Source, Tensor? TargetMap = null, Tensor? Weights = null);
}
