using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Training from random initialisation (He et al., "Delving Deep into Rectifiers", 2015): the baseline that transfer must beat, and
/// pretraining where the images are many.
/// </summary>
internal sealed class FromScratch(ParameterSet settings) : TransferMethod(settings)
{
    public static TransferMethodSpec Spec { get; } =
        new(
            "from-scratch",
            "Training from scratch",
            "Starts from random weights and trains all layers.",
            "To pretrain your own network on many images, or as a baseline that shows the gain of transfer. Not " + "for few images.",
            "He et al., Delving Deep into Rectifiers, 2015",
            [
                CommonParameters.EpochsOf(40),
                CommonParameters.LearningRateOf(0.05),
                CommonParameters.OptimizerOf("sgd"),
                CommonParameters.Named(CommonParameters.BatchSize) with
                {
                    Default = 32,
                },
                CommonParameters.Named(CommonParameters.Augmentation) with
                {
                    Default = "medium",
                },
                CommonParameters.Named(CommonParameters.WarmUpEpochs) with
                {
                    Default = 1,
                },
                CommonParameters.Named(CommonParameters.WeightDecay) with
                {
                    Default = 5e-4,
                },
                CommonParameters.Named(CommonParameters.LabelSmoothing) with
                {
                    Default = 0.1,
                },
                ProgressiveResizing.Parameter,
                CommonParameters.PrecisionOfSteps,
            ]
        )
        {
            TakesWeights = false,
            Roles = [MethodRole.SuggestedWithoutWeights],
        };

    public override int FrozenGroups(TransferModel model) => 0;

    public override int ImageSize(int size, int epoch, int epochs) => ProgressiveResizing.Side(Settings, size, epoch, epochs);

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) => [new ParameterGroup(Trainable(model.Backbone))];
}
