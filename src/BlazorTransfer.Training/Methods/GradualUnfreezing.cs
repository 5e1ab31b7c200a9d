using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Gradual unfreezing: the head learns first, then one layer group after the other joins from the top, so that the errors of a new head do
/// not reach layers that are still good (Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018, section
/// 3.3).
/// The groups are spread evenly over a share of the epochs, as networks differ in how many they have.
/// </summary>
internal sealed class GradualUnfreezing(ParameterSet settings) : FineTuning(settings)
{
    private const string Share = "unfreezing-share";

    public static new TransferMethodSpec Spec { get; } =
        new(
            "gradual-unfreezing",
            "Gradual unfreezing",
            "Fine-tuning that starts with the head and unfreezes one layer group after the other.",
            "For few images and good weights: the first epochs are fast and cannot damage the weights.",
            "Howard and Ruder, Universal Language Model Fine-tuning for Text Classification, 2018",
            Parameters(
                CommonParameters.EpochsOf(10),
                new ParameterSpec
                {
                    Name = Share,
                    DisplayName = "Unfreezing over",
                    Kind = ParameterKind.Number,
                    Default = 0.5,
                    Minimum = 0.05,
                    Maximum = 1,
                    Unit = "of the epochs",
                    Help = "Share of the epochs after which all layers above the freeze depth are trained.",
                }
            )
        );

    /// <summary>Layer groups, from the input, that are frozen in an epoch (from 1).</summary>
    public int FrozenIn(TransferModel model, int epoch)
    {
        int depth = FrozenGroups(model);
        double progress = Math.Min(1, (epoch - 1) / (Settings.Number(Share) * Settings.Integer(CommonParameters.Epochs)));
        // A little more, since a half of ten epochs is five, not almost five.
        return model.HeadEntry - (int)(progress * (model.HeadEntry - depth) + 1e-9);
    }

    public override void OnEpochStart(TransferModel model, int epoch)
    {
        model.Backbone.Freeze(FrozenIn(model, epoch));
        base.OnEpochStart(model, epoch);
    }
}
