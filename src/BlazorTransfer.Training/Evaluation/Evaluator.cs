using BlazorTransfer.Training.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>Asks a model about a whole split.</summary>
public static class Evaluator
{
    /// <param name="model">The model; it is in evaluation mode afterwards.</param>
    /// <param name="source">The split.</param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="progress">Called with the number of images done.</param>
    /// <param name="cancel">Stops the evaluation.</param>
    public static EvaluationResult Evaluate(TransferModel model, BatchSource source, int batchSize, Action<int>? progress, CancellationToken cancel)
    {
        model.Backbone.eval();
        using var inference = no_grad();
        var predictions = new List<Prediction>(source.Samples.Count);
        double loss = 0;
        foreach (Batch batch in source.ReadAll(batchSize, cancel))
        {
            using var scope = NewDisposeScope();
            using Tensor inputs = batch.Inputs, labels = batch.Labels;
            Tensor logits = model.Logits(inputs, batch.Entry);
            loss += nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum).item<float>();
            float[] probabilities = logits.softmax(1).cpu().data<float>().ToArray();
            long[] truth = labels.cpu().data<long>().ToArray();
            int classes = model.Classes.Count;
            predictions.AddRange(batch.Samples.Select((sample, i) => new Prediction(sample, (int)truth[i], probabilities[(i * classes)..((i + 1) * classes)])));
            progress?.Invoke(predictions.Count);
            cancel.ThrowIfCancellationRequested();
        }

        return new EvaluationResult(model.Classes, predictions, loss / predictions.Count);
    }
}
