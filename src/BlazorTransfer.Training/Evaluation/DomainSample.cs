using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>Images of one domain as a model and its method see them. The tensors belong to the caller's dispose scope.</summary>
/// <param name="Samples">Which images, in a drawn order.</param>
/// <param name="Seen">As the method itself sees them, see <see cref="TransferMethod.View"/>.</param>
/// <param name="Logits">[N, classes], as the kept model gives them, for which all images are the target's where it adapted to that.</param>
/// <param name="Labels">[N] class numbers; −1 for unlabelled images.</param>
internal sealed record DomainSample(IReadOnlyList<Sample> Samples, DomainView Seen, Tensor Logits, Tensor Labels)
{
    /// <summary>Evenly spread over the images, which come class by class, and in each batch some of all of them.</summary>
    /// <param name="model">The model; it is in evaluation mode afterwards.</param>
    /// <param name="method">Says how it sees either domain.</param>
    /// <param name="images">Images of one domain.</param>
    /// <param name="ofTarget">Which one.</param>
    /// <param name="most">How many are looked at, at most.</param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="cancel">Stops it.</param>
    public static DomainSample Take(
        TransferModel model,
        TransferMethod method,
        BatchSource images,
        bool ofTarget,
        int most,
        int batchSize,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        int count = images.Samples.Count,
            taken = Math.Min(count, most);
        int[] order = [.. Enumerable.Range(0, taken).Select(i => (int)((long)i * count / taken))];
        new Random(0).Shuffle(order);
        List<Tensor> features = [],
            seen = [],
            logits = [],
            labels = [];
        foreach (Batch batch in images.Read(order, batchSize, epoch: 0, cancel))
        {
            using var step = NewDisposeScope();
            using Batch own = batch;
            // Copies, also where the batch is the features.
            DomainView view = method.View(model, batch, ofTarget);
            features.Add(view.Features.clone().MoveToOuterDisposeScope());
            seen.Add(view.Logits.clone().MoveToOuterDisposeScope());
            model.Backbone.eval();
            logits.Add(model.Logits(batch.Inputs, batch.Entry).MoveToOuterDisposeScope());
            labels.Add(batch.Labels.clone().MoveToOuterDisposeScope());
            cancel.ThrowIfCancellationRequested();
        }

        Tensor All(List<Tensor> batches) => cat(batches).MoveToOuterDisposeScope();
        return new DomainSample(
            [.. order.Select(i => images.Samples[i])],
            new DomainView(All(features), All(seen)),
            All(logits),
            All(labels)
        );
    }
}
