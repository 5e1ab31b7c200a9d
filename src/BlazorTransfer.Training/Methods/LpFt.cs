using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// LP-FT: a linear probe, then fine-tuning from its head (Kumar et al., "Fine-Tuning can Distort Pretrained Features and Underperform
/// Out-of-Distribution", 2022). A head that starts from nothing sends large errors into the trunk and distorts what was good there; one
/// that is right already does not. The probe sees each picture as it is, so that its features are computed once.
/// </summary>
internal sealed class LpFt(ParameterSet settings) : FineTuning(settings)
{
    private const string ProbeEpochs = "probe-epochs";
    private const string ProbeRate = "probe-learning-rate";

    public static new TransferMethodSpec Spec { get; } =
        new(
            "lp-ft",
            "LP-FT",
            "Trains a linear probe first, then fine-tunes all layers from there.",
            "When fine-tuning is worth its time: it starts from a good head, is as accurate on images like yours "
                + "and more accurate on others.",
            "Kumar et al., Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution, 2022",
            Parameters(
                new ParameterSpec
                {
                    Name = ProbeEpochs,
                    DisplayName = "Epochs of the probe",
                    Kind = ParameterKind.Integer,
                    Default = 30,
                    Minimum = 1,
                    Maximum = 10_000,
                    Unit = "epochs",
                    Help = "Epochs that train only the head, before the other epochs.",
                },
                new ParameterSpec
                {
                    Name = ProbeRate,
                    DisplayName = "Learning rate of the probe",
                    Kind = ParameterKind.Number,
                    Default = 0.01,
                    Minimum = 1e-7,
                    Maximum = 10,
                    Logarithmic = true,
                    Advanced = true,
                    Help = "Learning rate of the probe, which always uses SGD.",
                },
                // The head is no newer than the trunk by then.
                HeadFactorOf(1)
            )
        )
        {
            Roles = [MethodRole.SuggestedWithMoreImages],
        };

    public override IReadOnlyList<TrainingStage> Stages
    {
        get
        {
            ParameterSet probe = AugmentationParameters
                .Off(Settings)
                .With(
                    (CommonParameters.Epochs, Settings.Integer(ProbeEpochs)),
                    (CommonParameters.LearningRate, Settings.Number(ProbeRate)),
                    (CommonParameters.Optimizer, "sgd"),
                    (CommonParameters.WarmUpEpochs, 0)
                );
            return [new TrainingStage(new LinearProbe(probe), probe), .. base.Stages];
        }
    }
}
