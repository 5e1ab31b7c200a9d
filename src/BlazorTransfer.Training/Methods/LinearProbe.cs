using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Linear probe: the pretrained trunk stays as it is and only the head learns, a logistic regression on its features
/// (Alain and Bengio, "Understanding intermediate layers using linear classifier probes", 2016). Without augmentation, and
/// with <see cref="KeptViews"/>, features [N, FeatureDim] are computed once, so that an epoch takes a fraction of a second.
/// </summary>
internal sealed class LinearProbe(ParameterSet settings) : TransferMethod(settings)
{
    public static TransferMethodSpec Spec { get; } =
        new(
            "linear-probe",
            "Linear probe",
            "Freezes the pretrained network and trains a new head on its features.",
            "Start here: it takes seconds to minutes, is hard to get wrong, and with few images often beats fine-tuning.",
            "Alain and Bengio, Understanding intermediate layers using linear classifier probes, 2016",
            [
                CommonParameters.EpochsOf(60),
                CommonParameters.LearningRateOf(0.01),
                CommonParameters.Named(CommonParameters.Augmentation) with
                {
                    Default = "none",
                },
                KeptViews.Parameter,
                CommonParameters.Named(CommonParameters.BatchSize) with
                {
                    Default = 32,
                },
                CommonParameters.Named(CommonParameters.WarmUpEpochs) with
                {
                    Default = 0,
                },
                .. HeadParameters.All,
            ]
        )
        {
            Roles = [MethodRole.Default, MethodRole.FeatureProbe, MethodRole.SuggestedFirst],
        };

    public override int FrozenGroups(TransferModel model) => model.HeadEntry;

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) =>
        [new ParameterGroup(Trainable(model.Backbone.Head))];
}
