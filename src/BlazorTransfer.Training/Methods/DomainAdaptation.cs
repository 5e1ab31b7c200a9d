using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Learning on labelled images of the source and unlabelled ones of the target at once: L = CE(source) + λ(p) T(source, target), where T is
/// a
/// method's own and λ grows over the run as 2 / (1 + exp(−10 p)) − 1, p from 0 to 1 (Ganin and Lempitsky, "Unsupervised Domain Adaptation
/// by
/// Backpropagation", 2015), so that the classifier comes first. The two domains go through the network one after the other, each normalised
/// by
/// its own statistics; those that the model keeps are the target's (Chang et al., "Domain-Specific Batch Normalization for Unsupervised
/// Domain
/// Adaptation", 2019). By default the pretrained trunk stays as it is, its output is computed once, and a hidden layer of the head is what
/// adapts: that takes seconds and is hard to get wrong.
/// </summary>
internal abstract class DomainAdaptation(ParameterSet settings) : FineTuning(settings)
{
    private const string Strength = "transfer-strength";
    private const int WholeTrunk = 64;

    private double _ramp;

    public sealed override bool AdaptsToTarget => true;

    /// <summary>λ times the user's factor.</summary>
    protected double CurrentStrength => _ramp * Settings.Number(Strength);

    public override void OnEpochStart(TransferModel model, int epoch)
    {
        base.OnEpochStart(model, epoch);
        int epochs = Settings.Integer(CommonParameters.Epochs);
        // A single epoch has no time to wait.
        _ramp = epochs == 1 ? 1 : GradientReversal.Strength((epoch - 1) / (epochs - 1.0));
    }

    public sealed override Loss ComputeLoss(TransferModel model, Batch batch)
    {
        Batch beside = batch.Target ?? throw new InvalidOperationException("The batch has no images of the target.");
        DomainView source = See(model, batch, leavesStatistics: true),
            target = See(model, beside, leavesStatistics: false);
        var parts = new Dictionary<string, Tensor> { ["cross-entropy"] = LabelLoss(model, source.Logits, batch) };
        foreach ((string name, Tensor value) in Transfer(model, source, target, batch.Labels))
            parts[name] = value;
        return new Loss(parts.Values.Aggregate((a, b) => a.Plus(b)), source.Logits, parts);
    }

    public sealed override DomainView View(TransferModel model, Batch batch, bool ofTarget)
    {
        // By the batch's own statistics, as in learning, but with nothing dropped.
        model.Backbone.eval();
        foreach (BatchNorm norm in model.Backbone.modules().OfType<BatchNorm>())
            norm.train();
        DomainView view = See(model, batch, leavesStatistics: true);
        model.Backbone.eval();
        return view;
    }

    /// <summary>The method's own losses by name, each already times its weight; all are added to the cross-entropy.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Of the labelled batch.</param>
    /// <param name="target">Of the unlabelled one beside it.</param>
    /// <param name="labels">[N], of the source.</param>
    protected abstract IEnumerable<(string Name, Tensor Value)> Transfer(
        TransferModel model,
        DomainView source,
        DomainView target,
        Tensor labels
    );

    /// <summary>A loss times λ and the user's factor.</summary>
    protected Tensor Weighted(Tensor loss) => loss.Times(CurrentStrength);

    protected static ParameterSpec StrengthOf(double value) =>
        new()
        {
            Name = Strength,
            DisplayName = "Strength of the adaptation (λ)",
            Kind = ParameterKind.Number,
            Default = value,
            Minimum = 0,
            Maximum = 100,
            Logarithmic = true,
            Help =
                "How much the similarity of the domains counts beside the source labels. It grows from zero over the "
                + "run. 0 learns from the source alone, with the target's batch-norm statistics.",
        };

    /// <summary>The parameters of the family; a method gives others, or others' defaults, which come first.</summary>
    protected static IReadOnlyList<ParameterSpec> AdaptationParameters(double strength, params ParameterSpec[] own) =>
        [
            // Views are kept of labelled images alone, and the two domains must look alike.
            .. Family(strength, own).Where(p => p.Name != KeptViews.Name),
        ];

    private static IReadOnlyList<ParameterSpec> Family(double strength, ParameterSpec[] own) =>
        Parameters([
            .. own,
            StrengthOf(strength),
            CommonParameters.EpochsOf(30),
            CommonParameters.LearningRateOf(0.01),
            CommonParameters.OptimizerOf("sgd"),
            HeadFactorOf(1),
            FreezeDepthOf(WholeTrunk),
            .. HeadParameters.Of(HeadParameters.BottleneckWidth),
            CommonParameters.Named(CommonParameters.BatchSize) with
            {
                Default = 32,
            },
            CommonParameters.Named(CommonParameters.WeightDecay) with
            {
                Default = 1e-3,
            },
            CommonParameters.Named(CommonParameters.Augmentation) with
            {
                Default = "none",
            },
            BestOf,
        ]);

    private static ParameterSpec BestOf
    {
        get
        {
            ParameterSpec common = CommonParameters.Named(CommonParameters.BestOf);
            return common with
            {
                // The source's validation images say nothing of the target: they are all right long before the domains are alike.
                Default = "last",
                Choices =
                [
                    .. common.Choices!,
                    new ParameterChoice(
                        "information-maximisation",
                        "Information maximisation (target)",
                        "Highest mutual information of target images and predictions: confident, and spread over all "
                            + "classes. Uses no target labels (Musgrave et al., 2022)."
                    ),
                    new ParameterChoice(
                        "snd",
                        "Soft neighbourhood density (target)",
                        "Highest density of target predictions. Also high if all are of one class, so compare the other "
                            + "scores. Uses no target labels (Saito et al., 2021)."
                    ),
                    new ParameterChoice(
                        "dev",
                        "Deep embedded validation (target)",
                        "Lowest loss on the source's validation images, weighted by their similarity to the target. Needs "
                            + "many validation images, uses no target labels (You et al., 2019)."
                    ),
                ],
            };
        }
    }

    /// <summary>A specification of the family.</summary>
    protected static TransferMethodSpec Deep(
        string name,
        string displayName,
        string summary,
        string advice,
        string paper,
        IReadOnlyList<ParameterSpec> parameters
    ) => new(name, displayName, summary, advice, paper, parameters) { AdaptsToTarget = true };

    private static DomainView See(TransferModel model, Batch batch, bool leavesStatistics)
    {
        BatchNorm[] norms = [.. model.Backbone.modules().OfType<BatchNorm>()];
        foreach (BatchNorm norm in norms)
            norm.Momentum = leavesStatistics ? 0 : null;
        try
        {
            (Tensor features, Tensor logits) = model.Backbone.ForwardHeadAndFeatures(model.HeadInput(batch.Inputs, batch.Entry));
            return new DomainView(features, logits);
        }
        finally
        {
            foreach (BatchNorm norm in norms)
                norm.Momentum = null;
        }
    }
}
