using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Fine-tuning: the pretrained weights are the start, and all layers behind the freeze depth learn on
/// (Yosinski et al., "How transferable are features in deep neural networks?", 2014). The new head starts from nothing, so it
/// may learn faster than the trunk; lower layers, which hold what most images share, may learn more slowly than upper ones (discriminative
/// learning rates: Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018). Other methods of the family
/// add a <see cref="Penalty"/>.
/// </summary>
internal class FineTuning(ParameterSet settings) : TransferMethod(settings)
{
    protected const string FreezeDepth = "freeze-depth";
    private const string HeadFactor = "head-learning-rate-factor";
    private const string LayerDecay = "layer-learning-rate-decay";
    private const string FreezeStatistics = "freeze-batch-norm";

    public static TransferMethodSpec Spec { get; } =
        new(
            "fine-tuning",
            "Fine-tuning",
            "Continues training the pretrained network, from a chosen depth, together with a new head.",
            "For more than about 100 images per class, or images unlike photographs. Takes minutes to hours; "
                + "compare it with a linear probe.",
            "Yosinski et al., How transferable are features in deep neural networks?, 2014",
            Parameters()
        )
        {
            Roles = [MethodRole.SourceOnlyBaseline, MethodRole.SuggestedWithManyImages],
        };

    public override int FrozenGroups(TransferModel model) => Math.Min(Settings.Integer(FreezeDepth), model.HeadEntry);

    public override int ImageSize(int size, int epoch, int epochs) => ProgressiveResizing.Side(Settings, size, epoch, epochs);

    public override void OnEpochStart(TransferModel model, int epoch)
    {
        base.OnEpochStart(model, epoch);
        if (!Settings.Boolean(FreezeStatistics))
            return;
        // The head's norms have no pretrained statistics to keep.
        foreach (BatchNorm norm in model.Backbone.modules().Except(model.Backbone.Head.modules()).OfType<BatchNorm>())
            norm.eval();
    }

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model)
    {
        double decay = Settings.Number(LayerDecay);
        IEnumerable<ParameterGroup> trunk = model
            .Backbone.LayerGroups.Select(
                (group, depth) => new ParameterGroup([.. group.Modules.SelectMany(Trainable)], Math.Pow(decay, model.HeadEntry - 1 - depth))
            )
            .Where(group => group.Parameters.Count > 0);
        return [.. trunk, new ParameterGroup(Trainable(model.Backbone.Head), Settings.Number(HeadFactor))];
    }

    public override Loss ComputeLoss(TransferModel model, Batch batch)
    {
        Tensor headInput = model.HeadInput(batch.Inputs, batch.Entry);
        Tensor logits = model.Backbone.ForwardHead(headInput);
        Tensor loss = LabelLoss(model, logits, batch);
        return Penalty(model, batch, headInput) is not var (name, penalty)
            ? new Loss(loss, logits)
            : new Loss(loss.Plus(penalty), logits, new Dictionary<string, Tensor> { [LabelLossName(model)] = loss, [name] = penalty });
    }

    /// <summary>The parameters of the family; a method gives others, or others' defaults, which come first.</summary>
    protected static IReadOnlyList<ParameterSpec> Parameters(params ParameterSpec[] own)
    {
        ParameterSpec[] family =
        [
            // Measured on hymenoptera with MobileNetV2: AdamW at 1e-4 with a faster head reaches in 6 epochs what SGD needs more for.
            CommonParameters.EpochsOf(6),
            CommonParameters.LearningRateOf(1e-4),
            CommonParameters.OptimizerOf("adamw"),
            FreezeDepthOf(0),
            HeadFactorOf(10),
            new ParameterSpec
            {
                Name = LayerDecay,
                DisplayName = "Learning rate of lower layers",
                Kind = ParameterKind.Number,
                Default = 1,
                Minimum = 0.01,
                Maximum = 1,
                Unit = "× the group above",
                Advanced = true,
                Help =
                    "Learning rate of each layer group as a share of the one above it. 1 trains all alike; 0.4 is the "
                    + "value of the paper on discriminative learning rates.",
            },
            new ParameterSpec
            {
                Name = FreezeStatistics,
                DisplayName = "Freeze batch-norm statistics",
                Kind = ParameterKind.Boolean,
                Default = false,
                Advanced = true,
                Help = "Keeps the pretrained means and variances. Turn it on for batches below about 8 images.",
            },
            ProgressiveResizing.Parameter,
            KeptViews.Parameter,
            CommonParameters.PrecisionOfSteps,
            .. HeadParameters.All,
        ];
        return [.. own, .. family.Where(p => own.All(o => o.Name != p.Name))];
    }

    protected static ParameterSpec FreezeDepthOf(int groups) =>
        new()
        {
            Name = FreezeDepth,
            DisplayName = "Freeze depth",
            Kind = ParameterKind.Integer,
            Default = groups,
            Minimum = 0,
            Maximum = 64,
            Unit = "layer groups",
            Help =
                "Layer groups from the input that stay frozen. 0 trains all; more is faster and safer with few "
                + "images. Values above the network's number freeze all of it.",
        };

    protected static ParameterSpec HeadFactorOf(double factor) =>
        new()
        {
            Name = HeadFactor,
            DisplayName = "Head learning rate",
            Kind = ParameterKind.Number,
            Default = factor,
            Minimum = 0.1,
            Maximum = 100,
            Unit = "× learning rate",
            Advanced = true,
            Help = "Learning rate of the new head, as a multiple. It starts untrained, so larger steps are safe.",
        };

    /// <summary>What is added to the loss on the labels, and its name; null where nothing is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">What it was shown.</param>
    /// <param name="headInput">What the head took of this batch, with gradient.</param>
    protected virtual (string Name, Tensor Value)? Penalty(TransferModel model, Batch batch, Tensor headInput) => null;
}
