using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Adaptive batch normalisation: fine-tuning on the source, after which the means and variances of every batch norm are measured anew on
/// the
/// unlabelled images of the target (Li et al., "Revisiting Batch Normalization For Practical Domain Adaptation", 2016). No weight changes.
/// Statistics are the mean over batches of the batch's own, as those batch norms would see them in training.
/// </summary>
internal sealed class AdaBn(ParameterSet settings) : FineTuning(settings)
{
    public static new TransferMethodSpec Spec { get; } =
        new(
            "adabn",
            "AdaBN",
            "Fine-tunes on the source, then measures the batch-norm statistics on the target.",
            "When the domains differ in light, colour or camera, and the network has batch norms. It cannot "
                + "correct differences in shape.",
            "Li et al., Revisiting Batch Normalization For Practical Domain Adaptation, 2016",
            Parameters()
        )
        {
            AdaptsToTarget = true,
        };

    public override IReadOnlyList<TrainingStage> Stages =>
        [.. base.Stages, new(new Statistics(Settings), Settings.With((CommonParameters.Epochs, 1)))];

    /// <summary>The second stage.</summary>
    private sealed class Statistics(ParameterSet settings) : TransferMethod(settings)
    {
        public override bool AdaptsToTarget => true;
        public override bool FitsAtOnce => true;
        public override int PreparationPasses => 1;

        // All of them are computed, since all of their batch norms change.
        public override int FrozenGroups(TransferModel model) => 0;

        public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) => [];

        public override void Prepare(TransferModel model, BatchSource images, int batchSize, Action<int> progress, CancellationToken cancel)
        {
            BatchNorm[] norms = [.. model.Backbone.modules().OfType<BatchNorm>()];
            if (norms.Length == 0)
                throw TrainingException.BadInput(
                    "adabn.no-batch-norms",
                    $"{model.Backbone.Spec.DisplayName} has no batch norms to adapt. Choose another network, or another method."
                );
            using var gradients = no_grad();
            model.Backbone.train();
            int done = images.Samples.Count,
                batches = 0;
            try
            {
                foreach (Batch batch in images.Target!.ReadAll(batchSize, cancel))
                {
                    using var scope = NewDisposeScope();
                    using Tensor inputs = batch.Inputs,
                        labels = batch.Labels;
                    // The mean of what was seen so far: a first batch replaces what the source left.
                    batches++;
                    foreach (BatchNorm norm in norms)
                        norm.Momentum = 1.0 / batches;
                    model.Logits(inputs, batch.Entry);
                    progress(done += batch.Samples.Count);
                    cancel.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                foreach (BatchNorm norm in norms)
                    norm.Momentum = null;
                model.Backbone.eval();
            }
        }
    }
}
