using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Methods that keep the network as it is and find a linear classifier on its features [N, FeatureDim] at once, without steps. It becomes
/// the
/// head, so that the model is one like any other.
/// </summary>
internal abstract class FeatureClassifier(ParameterSet settings) : TransferMethod(settings)
{
    private const string Decay = "classifier-decay";

    public sealed override bool FitsAtOnce => true;
    public sealed override int PreparationPasses => 1;

    /// <summary>λ of <see cref="Classify"/>.</summary>
    protected double ClassifierDecay => Settings.Number(Decay);

    /// <summary>The parameters of the family; a method has its own before them.</summary>
    protected static IReadOnlyList<ParameterSpec> ClassifierParameters { get; } =
    [
        ClassifierDecayOf(0.01),
        CommonParameters.EpochsOf(1),
        CommonParameters.Named(CommonParameters.Augmentation) with
        {
            Default = "none",
        },
        CommonParameters.Named(CommonParameters.BatchSize) with
        {
            Default = 32,
        },
    ];

    public sealed override int FrozenGroups(TransferModel model) => model.HeadEntry;

    /// <exception cref="TrainingException">The network's head is not linear in pooled features.</exception>
    public sealed override void Configure(TransferModel model)
    {
        base.Configure(model);
        if (LinearOf(model) is null)
            throw TrainingException.BadInput(
                "method.needs-linear-head",
                $"The head of {model.Backbone.Spec.DisplayName} is no linear layer on the features, which this method needs. "
                    + $"Choose another network, or a method that trains."
            );
    }

    public sealed override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) => [];

    protected static ParameterSpec ClassifierDecayOf(double decay) =>
        new()
        {
            Name = Decay,
            DisplayName = "Weight decay of the classifier",
            Kind = ParameterKind.Number,
            Default = decay,
            Minimum = 1e-6,
            Maximum = 10,
            Logarithmic = true,
            Help = "Keeps the logistic regression from overfitting. Raise it for few images.",
        };

    /// <summary>Features in double precision, [N, FeatureDim], and class numbers, [N].</summary>
    protected static (Tensor Features, Tensor Labels) FeaturesOf(
        TransferModel model,
        BatchSource images,
        int batchSize,
        Action<int> progress,
        CancellationToken cancel
    )
    {
        model.Backbone.eval();
        // A copy, also where the batch is the features.
        return Collect(
            images,
            batch => model.Backbone.Pool(model.HeadInput(batch.Inputs, batch.Entry)).to(float64),
            batchSize,
            progress,
            cancel
        );
    }

    /// <summary>Fits the classifier of these methods.</summary>
    /// <param name="features">[N, k].</param>
    /// <param name="labels">[N].</param>
    /// <param name="weights">[N], how much each counts; null where all count alike.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="cancel">Stops the search.</param>
    protected LogisticRegression Classify(Tensor features, Tensor labels, Tensor? weights, int classes, CancellationToken cancel) =>
        LogisticRegression.Fit(features, labels, classes, ClassifierDecay, cancel, weights);

    /// <summary>Puts one in the place of the head that asks the neighbours in the space z = (x − m) / s · P.</summary>
    /// <param name="model">The model.</param>
    /// <param name="classifier">The neighbours.</param>
    /// <param name="map">P, [FeatureDim, k]; null for the identity.</param>
    /// <param name="standard">m and s.</param>
    protected static void SetHead(TransferModel model, NearestNeighbours classifier, Tensor? map, Standardisation standard)
    {
        long width = classifier.References.shape[1];
        (Tensor weights, Tensor bias) = standard.Fold(
            map ?? eye(width, dtype: float64, device: model.Device),
            zeros(width, dtype: float64, device: model.Device)
        );
        model.ReplaceHead(
            new HeadSpec((int)width)
            {
                Kind = HeadKind.Neighbours,
                References = (int)classifier.References.shape[0],
                Neighbours = classifier.Neighbours,
            }
        );
        Linear space = model.Backbone.Head.modules().OfType<Linear>().Single();
        space.weight!.copy_(weights.t());
        space.bias!.copy_(bias);
        NeighbourVotes votes = model.Backbone.Head.modules().OfType<NeighbourVotes>().Single();
        votes.get_buffer(NeighbourVotes.References)!.copy_(classifier.References);
        votes.get_buffer(NeighbourVotes.Labels)!.copy_(classifier.Labels);
    }

    /// <summary>Puts one in the place of the head that is linear in a kernel: logits = k((x − m) / s) P A + c.</summary>
    /// <param name="model">The model.</param>
    /// <param name="classifier">A and c.</param>
    /// <param name="kernel">k.</param>
    /// <param name="map">P, [L, k].</param>
    /// <param name="standard">m and s.</param>
    protected static void SetHead(
        TransferModel model,
        LogisticRegression classifier,
        GaussianKernel kernel,
        Tensor map,
        Standardisation standard
    )
    {
        model.ReplaceHead(new HeadSpec((int)kernel.Landmarks.shape[0]) { Kind = HeadKind.Kernel });
        KernelFeatures features = model.Backbone.Head.modules().OfType<KernelFeatures>().Single();
        features.get_buffer(KernelFeatures.Mean)!.copy_(standard.Mean);
        features.get_buffer(KernelFeatures.Scale)!.copy_(standard.Scale);
        features.get_buffer(KernelFeatures.Landmarks)!.copy_(kernel.Landmarks);
        features.get_buffer(KernelFeatures.Gamma)!.Fill(kernel.Gamma);
        Linear last = model.Backbone.Head.modules().OfType<Linear>().Single();
        last.weight!.copy_(map.mm(classifier.Coefficients).t());
        last.bias!.copy_(classifier.Intercept);
    }

    /// <summary>Puts a classifier in the place of the head: logits = ((x − m) / s · P) A + c.</summary>
    /// <param name="model">The model.</param>
    /// <param name="classifier">A and c.</param>
    /// <param name="map">P, [FeatureDim, k]; null for the identity.</param>
    /// <param name="standard">m and s.</param>
    protected static void SetHead(TransferModel model, LogisticRegression classifier, Tensor? map, Standardisation standard)
    {
        (Tensor weights, Tensor bias) = standard.Fold(
            map is null ? classifier.Coefficients : map.mm(classifier.Coefficients),
            classifier.Intercept
        );
        Linear head = LinearOf(model)!;
        head.weight!.copy_(weights.t());
        head.bias!.copy_(bias);
    }

    /// <summary>The head's linear layer, where it has nothing else that learns.</summary>
    private static Linear? LinearOf(TransferModel model)
    {
        // A module is not among its own modules.
        Linear[] layers = [.. model.Backbone.Head.modules().Append(model.Backbone.Head).OfType<Linear>().Distinct()];
        return layers.Length == 1 && model.Backbone.Head.parameters().Count() == 2 ? layers[0] : null;
    }
}
