using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Learning without forgetting: fine-tuning in which the head of the pretrained classes still has to answer as it did before
/// (Li and Hoiem, "Learning without Forgetting", 2016): L = CE(y) + λ KD, KD = −Σ_s p_T(s) log q_T(s), with p the pretrained network's
/// probabilities for the same picture and q those of its head on the learning trunk, both softened by the temperature T
/// (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015). The old images are not needed.
/// </summary>
internal sealed class LearningWithoutForgetting(ParameterSet settings) : FineTuning(settings)
{
    private const string Strength = "remembering-strength";
    private const string Temperature = "temperature";

    // A copy of the pretrained network, of which only the head is used: it learns, while the original says what it was.
    private Backbone? _old;

    public static new TransferMethodSpec Spec { get; } =
        new(
            "lwf",
            "Learning without forgetting",
            "Fine-tuning that keeps the predictions for the pretrained classes, without their images.",
            "When the network must not forget: features stay general, at some cost in accuracy if your classes " + "are very different.",
            "Li and Hoiem, Learning without Forgetting, 2016",
            Parameters(
                new ParameterSpec
                {
                    Name = Strength,
                    DisplayName = "Weight of the old answers (λ)",
                    Kind = ParameterKind.Number,
                    Default = 1.0,
                    Minimum = 0,
                    Maximum = 100,
                    Logarithmic = true,
                    Help = "How much the old predictions count beside the new ones. 0 is plain fine-tuning.",
                },
                new ParameterSpec
                {
                    Name = Temperature,
                    DisplayName = "Temperature (T)",
                    Kind = ParameterKind.Number,
                    Default = 2.0,
                    Minimum = 0.5,
                    Maximum = 20,
                    Advanced = true,
                    Help = "Softens the predictions of both networks, so that small probabilities count too. 2 is usual.",
                }
            )
        )
        {
            Source = SourceUse.TrunkAndHead,
        };

    public override void Configure(TransferModel model)
    {
        base.Configure(model);
        TransferModel source = SourceOf(model);
        _old = BackboneRegistry.Create(source.Backbone.Spec.Name, source.Classes.Count, source.Backbone.HeadSpec);
        _old.load_state_dict(source.Backbone.state_dict());
        _old.to(model.Device);
        _old.eval();
    }

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) =>
        [.. base.ParameterGroups(model), new ParameterGroup(Trainable(_old!.Head))];

    protected override (string Name, Tensor Value)? Penalty(TransferModel model, Batch batch, Tensor headInput)
    {
        double softening = 1 / Settings.Number(Temperature);
        Tensor before;
        using (no_grad())
            before = SourceOf(model).Logits(batch.Inputs, batch.Entry).Times(softening).softmax(1);
        Tensor now = _old!.ForwardHead(headInput).Times(softening).log_softmax(1);
        return ("remembering", (before * now).sum(1).mean().Times(-Settings.Number(Strength)));
    }

    protected override void Dispose(bool disposing)
    {
        _old?.Dispose();
        base.Dispose(disposing);
    }
}
