using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// DELTA: fine-tuning whose feature maps, not its weights, are held near those of the pretrained network, most of all the channels that
/// tell the new classes apart (Li et al., "DELTA: Deep Learning Transfer using Feature Map with Attention for Convolutional Networks",
/// 2019):
/// Ω = α/2 Σ_l Σ_c W_lc mean‖F_lc − F⁰_lc‖², over the layer groups l that learn and their channels c; the mean is over images and
/// positions.
/// W_l = softmax(z / 5) over a layer's channels, z being how much the loss rises without channel c, standardised. The paper removes one
/// channel after another, which takes a pass each; here all of them are estimated at once to first order, −Σ F ∂L/∂F (Molchanov et al.,
/// "Pruning Convolutional Neural Networks for Resource Efficient Inference", 2017). L is that of a logistic regression on the pretrained
/// network's features, as in the paper.
/// </summary>
internal sealed class Delta(ParameterSet settings) : FineTuning(settings)
{
    private const string Alpha = "behaviour-strength";

    // As the authors' program has it.
    private const double Temperature = 5;

    // On standardised features.
    private const double ProbeDecay = 0.01;

    // [C] of each learning group, in order.
    private readonly List<Tensor> _attention = [];

    public static new TransferMethodSpec Spec { get; } =
        new(
            "delta",
            "DELTA",
            "Fine-tuning that keeps the feature maps close to the pretrained ones, most of all where they help "
                + "to separate your classes.",
            "For few images similar to the pretraining images. Each step also runs the pretrained network, so it " + "takes longer.",
            "Li et al., DELTA: Deep Learning Transfer using Feature Map with Attention for Convolutional Networks, 2019",
            Parameters(
                new ParameterSpec
                {
                    Name = Alpha,
                    DisplayName = "Pull toward the old maps (α)",
                    Kind = ParameterKind.Number,
                    Default = 1.0,
                    Minimum = 0,
                    Maximum = 1000,
                    Logarithmic = true,
                    Help =
                        "How strongly feature maps are pulled to the pretrained ones: half of this times the mean squared "
                        + "distance is added to the loss. 0 is plain fine-tuning.",
                }
            )
        )
        {
            Source = SourceUse.Trunk,
            SingleLabel = SingleLabelNeed.FittedClassifier,
        };

    /// <summary>How much each channel of each learning group counts, [C]; sums to one in each group.</summary>
    internal IReadOnlyList<Tensor> Attention => _attention;

    // One for the features, one for the channels.
    public override int PreparationPasses => 2;

    public override void Prepare(TransferModel model, BatchSource images, int batchSize, Action<int> progress, CancellationToken cancel)
    {
        TransferModel source = SourceOf(model);
        int first = FrozenGroups(model),
            count = images.Samples.Count;
        // Nothing that learns has maps.
        if (first == model.HeadEntry)
            return;
        using var scope = NewDisposeScope();
        (Tensor features, Tensor labels) = Collect(
            images,
            batch => source.Backbone.Pool(source.HeadInput(batch.Inputs, batch.Entry)),
            batchSize,
            progress,
            cancel
        );
        using Standardisation standard = Standardisation.Of(features);
        using LogisticRegression probe = LogisticRegression.Fit(standard.Apply(features), labels, model.Classes.Count, ProbeDecay, cancel);
        List<Tensor> effects = [];
        int done = 0;
        foreach (Batch batch in images.ReadAll(batchSize, cancel))
        {
            using var step = NewDisposeScope();
            using Tensor inputs = batch.Inputs,
                targets = batch.Labels;
            Tensor entering = To(first, source, batch).requires_grad_();
            IReadOnlyList<Tensor> maps = source.Backbone.ForwardMaps(entering, first);
            Tensor logits = probe.Logits(standard.Apply(source.Backbone.Pool(source.Backbone.ToHeadInput(maps[^1]))));
            Tensor loss = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum);
            IList<Tensor> gradients = autograd.grad([loss], [.. maps]);
            using var values = no_grad();
            for (int l = 0; l < maps.Count; l++)
            {
                Tensor effect = (maps[l] * gradients[l]).sum([0, 2, 3]).neg();
                if (effects.Count <= l)
                    effects.Add(effect.MoveToOuterDisposeScope());
                else
                    effects[l].AddInPlace(effect);
            }

            progress(count + (done += batch.Samples.Count));
            cancel.ThrowIfCancellationRequested();
        }

        _attention.AddRange(effects.Select(e => Weigh(e).DetachFromDisposeScope()));
    }

    public override Loss ComputeLoss(TransferModel model, Batch batch)
    {
        int first = FrozenGroups(model);
        if (first == model.HeadEntry)
            return base.ComputeLoss(model, batch);
        // What is frozen is the same in both.
        Tensor entering = To(first, model, batch);
        IReadOnlyList<Tensor> now = model.Backbone.ForwardMaps(entering, first),
            before;
        using (no_grad())
            before = SourceOf(model).Backbone.ForwardMaps(entering, first);
        Tensor logits = model.Backbone.ForwardHead(model.Backbone.ToHeadInput(now[^1]));
        Tensor crossEntropy = LabelLoss(model, logits, batch);
        Tensor distance = now.Select((map, l) => (map.Minus(before[l]).square().mean([0, 2, 3]) * _attention[l]).sum())
            .Aggregate((a, b) => a.Plus(b));
        Tensor penalty = distance.Times(Settings.Number(Alpha) / 2);
        return new Loss(
            crossEntropy.Plus(penalty),
            logits,
            new Dictionary<string, Tensor> { ["cross-entropy"] = crossEntropy, ["delta"] = penalty }
        );
    }

    protected override void Dispose(bool disposing)
    {
        foreach (Tensor weights in _attention)
            weights.Dispose();
        _attention.Clear();
        base.Dispose(disposing);
    }

    /// <summary>A batch at an entry point; it is there already, or images.</summary>
    private static Tensor To(int entry, TransferModel network, Batch batch)
    {
        if (batch.Entry == entry)
            return batch.Inputs;
        using var gradients = no_grad();
        return network.Backbone.ForwardGroups(batch.Inputs, batch.Entry, entry - batch.Entry);
    }

    private static Tensor Weigh(Tensor effects)
    {
        Tensor centred = effects.Minus(effects.mean());
        // All channels alike leave nothing to divide by.
        Tensor deviation = centred.square().mean().sqrt().ClampMin(1e-12);
        return (centred / deviation).Times(1 / Temperature).softmax(0);
    }
}
