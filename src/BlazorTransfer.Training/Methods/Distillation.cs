using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Knowledge distillation: fine-tuning of a network, usually a smaller one, on the labels and on an earlier run's answers to the same
/// pictures,
/// both networks' softened by a temperature T (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015):
/// L = (1 − α) CE(y) + α T² KL(p_T ‖ q_T), with p the teacher's probabilities and q the student's; of several labels, the sum over
/// them. T² undoes what softening takes from the
/// gradients.
/// The teacher sees what the student sees, mixed and augmented as it is, so that nothing is frozen and computed once.
/// </summary>
internal sealed class Distillation(ParameterSet settings) : FineTuning(settings)
{
    private const string Weight = "distillation-weight";
    private const string Temperature = "temperature";

    public static new TransferMethodSpec Spec { get; } =
        new(
            "distillation",
            "Distillation",
            "Fine-tuning on the labels and on the predictions of an earlier run's model, the teacher.",
            "To transfer a large model into a small, fast one. Train the large one first, on the same classes.",
            "Hinton et al., Distilling the Knowledge in a Neural Network, 2015",
            [
                .. Parameters(
                        new ParameterSpec
                        {
                            Name = Weight,
                            DisplayName = "Weight of the teacher (α)",
                            Kind = ParameterKind.Number,
                            Default = 0.5,
                            Minimum = 0,
                            Maximum = 1,
                            Help =
                                "How much the teacher's predictions count; the labels count for the rest. 0 is plain fine-tuning, 1 "
                                + "ignores the labels.",
                        },
                        new ParameterSpec
                        {
                            Name = Temperature,
                            DisplayName = "Temperature (T)",
                            Kind = ParameterKind.Number,
                            Default = 4.0,
                            Minimum = 0.5,
                            Maximum = 20,
                            Help = "Softens the predictions of both networks, so that small probabilities count too. 2 is usual.",
                        }
                    )
                    .Where(p => p.Name != FreezeDepth && p.Name != KeptViews.Name),
            ]
        )
        {
            TakesTeacher = true,
        };

    public override int FrozenGroups(TransferModel model) => 0;

    public override Loss ComputeLoss(TransferModel model, Batch batch)
    {
        double weight = Settings.Number(Weight),
            temperature = Settings.Number(Temperature);
        Tensor taught = TeacherOf(model).Logits(batch.Inputs),
            logits = model.Logits(batch.Inputs, batch.Entry); // [N, classes]
        Tensor labels = LabelLoss(model, logits, batch).Times(1 - weight);
        Tensor distillation = model.ClassTask.Kind.Divergence(taught, logits, temperature).Times(weight * temperature * temperature);
        return new Loss(
            labels.Plus(distillation),
            logits,
            new Dictionary<string, Tensor> { [LabelLossName(model)] = labels, ["distillation"] = distillation }
        );
    }
}
