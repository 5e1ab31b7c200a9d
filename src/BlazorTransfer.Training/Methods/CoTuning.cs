using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Co-Tuning: fine-tuning that keeps the head of the pretrained classes too, and teaches it what the new classes look like in their terms
/// (You et al., "Co-Tuning for Transfer Learning", 2020): L = CE(y) + λ CE(p(s | y)), s being the pretrained classes. The relationship
/// p(s | y) ∝ p(y | s) p(s) is learned before the first step: a logistic regression g from the pretrained network's probabilities to the
/// new
/// classes gives p(y | s) as its answer to class s alone, and p(s) is the mean of those probabilities. The paper calibrates them on the
/// source's
/// validation images first; those are not here.
/// </summary>
internal sealed class CoTuning(ParameterSet settings) : FineTuning(settings)
{
    private const string Strength = "co-tuning-strength";

    // Probabilities are small numbers, which want large weights.
    private const double RelationDecay = 1e-3;

    // [classes, source classes], rows sum to one.
    private Tensor? _relation;

    public static new TransferMethodSpec Spec { get; } =
        new(
            "co-tuning",
            "Co-Tuning",
            "Fine-tuning that also predicts the pretrained classes in your images, so that their knowledge is " + "kept.",
            "For few images, with weights that still have their head and classes related to yours.",
            "You et al., Co-Tuning for Transfer Learning, 2020",
            Parameters(
                new ParameterSpec
                {
                    Name = Strength,
                    DisplayName = "Weight of the pretrained classes (λ)",
                    Kind = ParameterKind.Number,
                    Default = 1.0,
                    Minimum = 0,
                    Maximum = 100,
                    Logarithmic = true,
                    Help =
                        "How much predicting the pretrained classes counts beside yours. 0 is plain fine-tuning; the paper " + "uses 2.3.",
                }
            )
        )
        {
            Source = SourceUse.TrunkAndHead,
            SingleLabel = SingleLabelNeed.ClassRelations,
        };

    /// <summary>p(s | y), [classes, source classes].</summary>
    internal Tensor Relation => _relation ?? throw new InvalidOperationException("The relationship has not been learned yet.");

    public override int PreparationPasses => 1;

    public override void Configure(TransferModel model)
    {
        base.Configure(model);
        foreach (Parameter parameter in SourceOf(model).Backbone.Head.parameters())
            parameter.requires_grad = true;
    }

    // The pretrained head goes on at the trunk's rate: it is no newer.
    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) =>
        [.. base.ParameterGroups(model), new ParameterGroup(Trainable(SourceOf(model).Backbone.Head))];

    public override void Prepare(TransferModel model, BatchSource images, int batchSize, Action<int> progress, CancellationToken cancel)
    {
        TransferModel source = SourceOf(model);
        using var scope = NewDisposeScope();
        (Tensor probabilities, Tensor labels) = Collect(
            images,
            batch => source.Logits(batch.Inputs, batch.Entry).softmax(1),
            batchSize,
            progress,
            cancel
        );
        _relation = Relate(probabilities, labels, model.Classes.Count, cancel).DetachFromDisposeScope();
    }

    /// <summary>p(s | y), [classes, source classes].</summary>
    /// <param name="probabilities">[N, source classes], of the pretrained network.</param>
    /// <param name="labels">[N] class numbers.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="cancel">Stops it.</param>
    internal static Tensor Relate(Tensor probabilities, Tensor labels, int classes, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using LogisticRegression g = LogisticRegression.Fit(probabilities, labels, classes, RelationDecay, cancel);
        // [source, classes]
        Tensor newOfOld = g.Logits(eye(probabilities.shape[1], dtype: probabilities.dtype, device: probabilities.device)).softmax(1);
        Tensor joint = newOfOld.t() * probabilities.mean([0]);
        return (joint / joint.sum(1, keepdim: true)).MoveToOuterDisposeScope();
    }

    protected override (string Name, Tensor Value)? Penalty(TransferModel model, Batch batch, Tensor headInput)
    {
        Tensor logits = SourceOf(model).Backbone.ForwardHead(headInput);
        Tensor targets = batch.Mixture?.Rows(Relation, batch.Labels) ?? Relation.index_select(0, batch.Labels); // [N, source classes]
        Tensor crossEntropy = (targets * logits.log_softmax(1)).sum(1).mean().neg();
        return ("co-tuning", crossEntropy.Times(Settings.Number(Strength)));
    }

    protected override void Dispose(bool disposing)
    {
        _relation?.Dispose();
        _relation = null;
        base.Dispose(disposing);
    }
}
