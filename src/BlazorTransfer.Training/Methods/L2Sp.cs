using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// L2-SP: fine-tuning whose weights are pulled toward the start instead of toward zero (Li et al., "Explicit Inductive Bias for Transfer
/// Learning with Convolutional Networks", 2018): Ω(w) = α/2 ‖w − w⁰‖² over the trunk + β/2 ‖w‖² over the new head.
/// </summary>
internal sealed class L2Sp(ParameterSet settings) : FineTuning(settings)
{
    private const string Alpha = "start-point-strength";
    private const string Beta = "head-decay";

    private readonly List<(Parameter Now, Tensor Start)> _trunk = [];

    public static new TransferMethodSpec Spec { get; } =
        new(
            "l2-sp",
            "L2-SP",
            "Fine-tuning that pulls the weights toward their pretrained values instead of toward zero.",
            "For few images similar to the pretraining images: it forgets less. For very different images, use " + "plain fine-tuning.",
            "Li et al., Explicit Inductive Bias for Transfer Learning with Convolutional Networks, 2018",
            Parameters(
                new ParameterSpec
                {
                    Name = Alpha,
                    DisplayName = "Pull toward the start (α)",
                    Kind = ParameterKind.Number,
                    Default = 0.1,
                    Minimum = 0,
                    Maximum = 1000,
                    Logarithmic = true,
                    Help =
                        "How strongly pretrained layers are pulled to their start: half of this times the squared distance "
                        + "is added to the loss. 0 is plain fine-tuning.",
                },
                new ParameterSpec
                {
                    Name = Beta,
                    DisplayName = "Head decay (β)",
                    Kind = ParameterKind.Number,
                    Default = 0.01,
                    Minimum = 0,
                    Maximum = 100,
                    Logarithmic = true,
                    Advanced = true,
                    Help = "Weight decay of the new head: half of this times its squared weights is added to the loss.",
                },
                // It would pull toward zero what the penalty pulls toward the start.
                CommonParameters.Named(CommonParameters.WeightDecay) with
                {
                    Default = 0.0,
                }
            )
        );

    public override void Configure(TransferModel model)
    {
        base.Configure(model);
        using var gradients = no_grad();
        foreach (Parameter parameter in model.Backbone.LayerGroups.SelectMany(g => g.Modules).SelectMany(Trainable))
            _trunk.Add((parameter, parameter.clone().DetachFromDisposeScope()));
    }

    protected override (string Name, Tensor Value)? Penalty(TransferModel model, Batch batch, Tensor headInput)
    {
        Tensor trunk = Sum(_trunk.Select(p => p.Now.Minus(p.Start).square().sum()), model.Device);
        Tensor head = Sum(model.Backbone.Head.parameters().Select(p => p.square().sum()), model.Device);
        return ("l2-sp", trunk.Times(Settings.Number(Alpha) / 2).Plus(head.Times(Settings.Number(Beta) / 2)));
    }

    protected override void Dispose(bool disposing)
    {
        foreach ((_, Tensor start) in _trunk)
            start.Dispose();
        _trunk.Clear();
        base.Dispose(disposing);
    }

    private static Tensor Sum(IEnumerable<Tensor> terms, Device device) =>
        terms.Aggregate(zeros([], device: device), (sum, term) => sum.Plus(term));
}
