using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Batch spectral shrinkage: fine-tuning that suppresses the directions in which the features of a batch F [N, D] hardly vary, since
/// those transfer worst (Chen et al., "Catastrophic Forgetting Meets Negative Transfer: Batch Spectral Shrinkage for Safe Transfer
/// Learning",
/// 2019): Ω(F) = η Σ σ², over the k smallest singular values σ of F.
/// </summary>
internal sealed class Bss(ParameterSet settings) : FineTuning(settings)
{
    private const string Strength = "shrinkage-strength";
    private const string Count = "shrunk-values";

    public static new TransferMethodSpec Spec { get; } =
        new(
            "bss",
            "Batch spectral shrinkage",
            "Fine-tuning that suppresses the weakest directions of the features, which transfer worst.",
            "For few images, alone or to compare with L2-SP. With many images it changes little.",
            "Chen et al., Batch Spectral Shrinkage for Safe Transfer Learning, 2019",
            Parameters(
                new ParameterSpec
                {
                    Name = Strength,
                    DisplayName = "Shrinkage (η)",
                    Kind = ParameterKind.Number,
                    Default = 0.001,
                    Minimum = 0,
                    Maximum = 10,
                    Logarithmic = true,
                    Help = "How strongly the smallest singular values of a batch's features are reduced. 0 is plain fine-tuning.",
                },
                new ParameterSpec
                {
                    Name = Count,
                    DisplayName = "Shrunk values (k)",
                    Kind = ParameterKind.Integer,
                    Default = 1,
                    Minimum = 1,
                    Maximum = 64,
                    Unit = "singular values",
                    Advanced = true,
                    Help = "How many of the smallest singular values are reduced. No effect on batches with no more images than " + "this.",
                }
            )
        );

    protected override (string Name, Tensor Value)? Penalty(TransferModel model, Batch batch, Tensor headInput)
    {
        Tensor features = model.Backbone.Pool(headInput); // [N, D]
        long values = Math.Min(features.shape[0], features.shape[1]),
            shrunk = Settings.Integer(Count);
        if (values <= shrunk)
            return ("bss", zeros([], device: features.device));
        // In descending order.
        return ("bss", linalg.svdvals(features).narrow(0, values - shrunk, shrunk).square().sum().Times(Settings.Number(Strength)));
    }
}
