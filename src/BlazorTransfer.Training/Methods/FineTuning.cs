using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using TorchSharp;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Fine-tuning: the pretrained weights are the start, and all layers behind the freeze depth learn on
/// (Yosinski et al., "How transferable are features in deep neural networks?", 2014). The new head starts from nothing, so it
/// may learn faster than the trunk.
/// </summary>
internal sealed class FineTuning(ParameterSet settings) : TransferMethod(settings)
{
    private const string FreezeDepth = "freeze-depth";
    private const string HeadFactor = "head-learning-rate-factor";
    private const string FreezeStatistics = "freeze-batch-norm";

    public static TransferMethodSpec Spec { get; } = new(
        "fine-tuning",
        "Fine-tuning",
        "Trains the pretrained network on, from a chosen depth, together with a new head.",
        "For more than about a hundred images a class, or images unlike photographs. Takes minutes to hours; compare it with a linear probe.",
        "Yosinski et al., How transferable are features in deep neural networks?, 2014",
        [
            // Measured on hymenoptera with MobileNetV2: AdamW at 1e-4 with a faster head reaches in 6 epochs what SGD needs more for.
            CommonParameters.EpochsOf(6),
            CommonParameters.LearningRateOf(1e-4),
            CommonParameters.OptimizerOf("adamw"),
            new ParameterSpec
            {
                Name = FreezeDepth, DisplayName = "Freeze depth", Kind = ParameterKind.Integer, Default = 0, Minimum = 0, Maximum = 64, Unit = "layer groups",
                Help = "Layer groups, from the input, that stay as they are. 0 trains everything; more is faster and safer with few images.",
            },
            new ParameterSpec
            {
                Name = HeadFactor, DisplayName = "Head learning rate", Kind = ParameterKind.Number, Default = 10, Minimum = 0.1, Maximum = 100, Unit = "× learning rate", Advanced = true,
                Help = "The new head starts from nothing and may take larger steps than the pretrained layers.",
            },
            new ParameterSpec
            {
                Name = FreezeStatistics, DisplayName = "Freeze batch-norm statistics", Kind = ParameterKind.Boolean, Default = false, Advanced = true,
                Help = "Keeps the pretrained means and variances. For batches below about 8 images.",
            },
            ProgressiveResizing.Parameter,
        ]);

    public override int FrozenGroups(TransferModel model) => Math.Min(Settings.Integer(FreezeDepth), model.HeadEntry);

    public override int ImageSize(int size, int epoch, int epochs) => ProgressiveResizing.Side(Settings, size, epoch, epochs);

    public override void OnEpochStart(TransferModel model, int epoch)
    {
        base.OnEpochStart(model, epoch);
        if (!Settings.Boolean(FreezeStatistics)) return;
        foreach (BatchNorm norm in model.Backbone.modules().OfType<BatchNorm>()) norm.eval();
    }

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model)
    {
        var head = new ParameterGroup(Trainable(model.Backbone.Head), Settings.Number(HeadFactor));
        TorchSharp.Modules.Parameter[] trunk =
            [.. model.Backbone.LayerGroups.Skip(FrozenGroups(model)).SelectMany(g => g.Modules).SelectMany(Trainable)];
        return trunk.Length == 0 ? [head] : [new ParameterGroup(trunk), head];
    }
}
