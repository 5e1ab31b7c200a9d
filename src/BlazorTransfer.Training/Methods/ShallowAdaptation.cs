using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>What a shallow method works on, in double precision.</summary>
/// <param name="Source">[Ns, D], standardised.</param>
/// <param name="Labels">[Ns] class numbers.</param>
/// <param name="Target">[Nt, D], standardised.</param>
/// <param name="TargetLabels">[Nt] class numbers; −1 for all but the few that the method was given.</param>
/// <param name="Classes">How many classes there are.</param>
internal sealed record DomainFeatures(Tensor Source, Tensor Labels, Tensor Target, Tensor TargetLabels, int Classes);

/// <summary>
/// Adaptation on the features of the frozen network: standardise, bring the source's features near the target's, and fit a classifier to
/// them.
/// With a logistic regression all of it is linear in the features: logits = ((x − m) / s · P) A + c, with m and s of the target, P the
/// method's map
/// of target features [D, k], and A, c the classifier. With a kernel, or where the nearest neighbours are asked, the head is one of that
/// kind.
/// </summary>
internal abstract class ShallowAdaptation(ParameterSet settings) : FeatureClassifier(settings)
{
    private const string Standardise = "standardise";
    private const string ComponentCount = "components";
    private const string RegularisationName = "regularisation";
    private const string PerDomain = "per-domain";
    private const string Classifier = "classifier";
    private const string Nearest = "nearest-neighbours";
    private const string NeighbourCount = "neighbours";

    private Standardisation? _ofSource;
    private Standardisation? _ofTarget;
    private Alignment? _aligned;
    private IFittedClassifier? _classifier;

    public sealed override bool AdaptsToTarget => true;

    public sealed override IReadOnlyList<double>? InstanceWeights
    {
        get
        {
            using var scope = NewDisposeScope();
            return _aligned?.Weights?.cpu().data<double>().ToArray();
        }
    }

    /// <summary>μ, for methods that have <see cref="Regularisation"/>.</summary>
    protected double Mu => Settings.Number(RegularisationName);

    /// <summary>The number of components, for methods that reduce the features to some.</summary>
    protected int Components => Settings.Integer(ComponentCount);

    public sealed override void Prepare(
        TransferModel model,
        BatchSource images,
        int batchSize,
        Action<int> progress,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        BatchSource ofTarget = images.Target ?? throw new InvalidOperationException("There are no images of the target.");
        (Tensor source, Tensor labels) = FeaturesOf(model, images, batchSize, progress, cancel);
        (Tensor target, Tensor targetLabels) = FeaturesOf(
            model,
            ofTarget,
            batchSize,
            done => progress(images.Samples.Count + done),
            cancel
        );
        Forget();
        (_ofSource, _ofTarget) = (
            Standardisation.Of(source),
            Standardisation.Of(Settings.Choice(Standardise) == PerDomain ? target : source)
        );
        var domains = new DomainFeatures(_ofSource.Apply(source), labels, _ofTarget.Apply(target), targetLabels, model.Classes.Count);
        (Alignment aligned, _classifier) = Solve(domains, cancel);
        _aligned = aligned.Detach();
        switch (_classifier)
        {
            case NearestNeighbours neighbours:
                SetHead(model, neighbours, _aligned.TargetMap, _ofTarget);
                break;
            case LogisticRegression linear when _aligned.Kernel is { } kernel:
                SetHead(model, linear, kernel, _aligned.TargetMap!, _ofTarget);
                break;
            case LogisticRegression linear:
                SetHead(model, linear, _aligned.TargetMap, _ofTarget);
                break;
            default:
                throw new InvalidOperationException($"No head for {_classifier}.");
        }
    }

    public sealed override DomainView View(TransferModel model, Batch batch, bool ofTarget)
    {
        if (_aligned is null || _classifier is null)
            throw new InvalidOperationException("Nothing was aligned yet.");
        // Whatever the head is by now.
        model.Backbone.eval();
        Tensor features = model.Backbone.Pool(model.HeadInput(batch.Inputs, batch.Entry)).to(float64);
        Tensor mapped = ofTarget ? _aligned.OfTarget(_ofTarget!.Apply(features)) : _aligned.OfSource(_ofSource!.Apply(features));
        return new DomainView(mapped, _classifier.Logits(mapped));
    }

    protected sealed override void Dispose(bool disposing)
    {
        Forget();
        base.Dispose(disposing);
    }

    /// <summary>Brings the domains together; standardised they are already.</summary>
    protected virtual Alignment Align(DomainFeatures domains, CancellationToken cancel) => new();

    /// <summary>Brings the domains together, and finds the classifier there: that of the source's images, as they were weighed.</summary>
    protected virtual (Alignment Aligned, IFittedClassifier Classifier) Solve(DomainFeatures domains, CancellationToken cancel)
    {
        Alignment aligned = Align(domains, cancel);
        Tensor source = aligned.OfSource(domains.Source);
        if (!AsksNeighbours)
            return (aligned, Classify(source, domains.Labels, aligned.Weights, domains.Classes, cancel));
        return aligned.Kernel is null
            ? (aligned, NearestNeighbours.Fit(source, domains.Labels, domains.Classes, Settings.Integer(NeighbourCount)))
            : throw TrainingException.BadInput(
                "tca.gaussian-needs-logistic",
                $"With the Gaussian kernel, only a logistic regression can be the classifier. Choose that, or the linear kernel."
            );
    }

    private bool AsksNeighbours => Settings.Values.ContainsKey(Classifier) && Settings.Choice(Classifier) == Nearest;

    protected static ParameterSpec Regularisation =>
        new()
        {
            Name = RegularisationName,
            DisplayName = "Regularisation (μ)",
            Kind = ParameterKind.Number,
            Default = 1.0,
            Minimum = 1e-6,
            Maximum = 1e6,
            Logarithmic = true,
            Advanced = true,
            Help = "How much the length of a direction counts against the distance of the means.",
        };

    protected static ParameterSpec ComponentsOf(int count) =>
        new()
        {
            Name = ComponentCount,
            DisplayName = "Components",
            Kind = ParameterKind.Integer,
            Default = count,
            Minimum = 1,
            Maximum = 2048,
            Help = "Directions that are kept; fewer if the images have no more.",
        };

    /// <summary>Which classifier comes after the alignment, for methods that do not weigh images.</summary>
    protected static IReadOnlyList<ParameterSpec> ClassifierChoice { get; } =
    [
        new ParameterSpec
        {
            Name = Classifier,
            DisplayName = "Classifier",
            Kind = ParameterKind.Choice,
            Default = "logistic-regression",
            Advanced = true,
            Help = "Classifier on the adapted features.",
            Choices =
            [
                new ParameterChoice("logistic-regression", "Logistic regression", "One linear layer, as in other models."),
                new ParameterChoice(
                    Nearest,
                    "Nearest neighbours",
                    "The nearest source images vote; 10 points less accurate in our tests. The model then contains the "
                        + "features of up to 5,000 images."
                ),
            ],
        },
        new ParameterSpec
        {
            Name = NeighbourCount,
            DisplayName = "Neighbours (k)",
            Kind = ParameterKind.Integer,
            Default = 5,
            Minimum = 1,
            Maximum = HeadSpec.MaximumNeighbours,
            Unit = "images",
            Advanced = true,
            Help = "Number of nearest images that vote, if nearest neighbours is the classifier.",
        },
    ];

    /// <summary>A specification of the family; a method's own parameters, or others' defaults, come first.</summary>
    protected static TransferMethodSpec Shallow(
        string name,
        string displayName,
        string summary,
        string advice,
        string paper,
        params ParameterSpec[] own
    )
    {
        ParameterSpec[] family =
        [
            new ParameterSpec
            {
                Name = Standardise,
                DisplayName = "Standardise features",
                Kind = ParameterKind.Choice,
                Default = PerDomain,
                Help = "Gives each feature mean 0 and standard deviation 1 before adaptation.",
                Choices =
                [
                    new ParameterChoice(
                        PerDomain,
                        "In each domain",
                        "With the domain's own mean and deviation: removes most differences of light and colour."
                    ),
                    new ParameterChoice(
                        "source",
                        "As in the source",
                        "With the source's values for both domains: if the classes are not equally frequent in the two."
                    ),
                ],
            },
            .. ClassifierParameters,
        ];
        return new(name, displayName, summary, advice, paper, [.. own, .. family.Where(f => own.All(o => o.Name != f.Name))])
        {
            AdaptsToTarget = true,
            FitsAtOnce = true,
        };
    }

    private void Forget()
    {
        _ofSource?.Dispose();
        _ofTarget?.Dispose();
        _aligned?.Dispose();
        _classifier?.Dispose();
        (_ofSource, _ofTarget, _aligned, _classifier) = (null, null, null, null);
    }

    /// <summary>How the domains were brought together: both go to where the classifier is at home.</summary>
    /// <param name="SourceMap">[D, k], for standardised features of the source, or [L, k] behind a kernel; null for the identity.</param>
    /// <param name="TargetMap">The same for those of the target.</param>
    /// <param name="Weights">[Ns], how much each image of the source counts; null where all count alike.</param>
    /// <param name="Kernel">What both domains go through before their maps; null for nothing.</param>
    protected sealed record Alignment(
        Tensor? SourceMap = null,
        Tensor? TargetMap = null,
        Tensor? Weights = null,
        GaussianKernel? Kernel = null
    ) : IDisposable
    {
        /// <summary>Standardised features of the source, [N, D], to where the classifier is at home.</summary>
        public Tensor OfSource(Tensor features) => Mapped(features, SourceMap);

        /// <summary>The same for those of the target.</summary>
        public Tensor OfTarget(Tensor features) => Mapped(features, TargetMap);

        /// <summary>The same, owned by nobody's scope.</summary>
        public Alignment Detach() =>
            new(
                Free(SourceMap),
                Free(TargetMap),
                Free(Weights),
                Kernel is null ? null : Kernel with { Landmarks = Free(Kernel.Landmarks)! }
            );

        public void Dispose()
        {
            SourceMap?.Dispose();
            TargetMap?.Dispose();
            Weights?.Dispose();
            Kernel?.Landmarks.Dispose();
        }

        private static Tensor? Free(Tensor? tensor) => tensor?.clone().DetachFromDisposeScope();

        private Tensor Mapped(Tensor features, Tensor? map)
        {
            Tensor seen = Kernel?.Apply(features) ?? features;
            return map is null ? seen : seen.mm(map);
        }
    }
}
