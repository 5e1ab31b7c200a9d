using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
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
    public static EvaluationResult Evaluate(
        TransferModel model,
        BatchSource source,
        int batchSize,
        Action<int>? progress,
        CancellationToken cancel
    )
    {
        model.Backbone.eval();
        using var inference = no_grad();
        var classes = new Tally(model.Classes);
        (ModelTask Task, Tally Tally)[] tasks = [.. model.Tasks.Select(t => (t, new Tally(t.Labels.Labels)))];
        int done = 0;
        foreach (Batch batch in source.ReadAll(batchSize, cancel))
        {
            using var scope = NewDisposeScope();
            using Tensor inputs = batch.Inputs,
                labels = batch.Labels;
            Tensor outputs = model.Outputs(inputs, batch.Entry);
            classes.Add(model.ClassesOf(outputs), labels.cpu().data<long>().ToArray(), batch.Samples);
            foreach ((ModelTask task, Tally tally) in tasks)
                tally.Add(task.Of(outputs), task.NumbersOf(batch.Samples), batch.Samples);
            progress?.Invoke(done += batch.Samples.Count);
            cancel.ThrowIfCancellationRequested();
        }

        return classes.Result() with
        {
            LabelSets = [.. tasks.Where(t => t.Tally.Images > 0).Select(t => (t.Task.Labels.Name, t.Tally.Result()))],
        };
    }

    /// <summary>The answers to one question, as far as images have a label for it.</summary>
    private sealed class Tally(IReadOnlyList<string> labels)
    {
        private readonly List<Prediction> _predictions = [];
        private double _loss;

        public int Images => _predictions.Count;

        /// <param name="logits">[N, labels].</param>
        /// <param name="truth">N numbers of labels; <see cref="BatchSource.NoLabel"/> where an image has none.</param>
        /// <param name="samples">The images.</param>
        public void Add(Tensor logits, long[] truth, IReadOnlyList<Sample> samples)
        {
            int[] known = [.. Enumerable.Range(0, truth.Length).Where(i => truth[i] != BatchSource.NoLabel)];
            if (known.Length == 0)
                return;
            Tensor asked =
                known.Length == truth.Length
                    ? logits
                    : logits.index_select(0, tensor([.. known.Select(i => (long)i)], device: logits.device));
            _loss += nn
                .functional.cross_entropy(
                    asked,
                    tensor([.. known.Select(i => truth[i])], device: logits.device),
                    reduction: nn.Reduction.Sum
                )
                .item<float>();
            float[] probabilities = asked.softmax(1).cpu().data<float>().ToArray();
            _predictions.AddRange(
                known.Select(
                    (i, row) => new Prediction(samples[i], (int)truth[i], probabilities[(row * labels.Count)..((row + 1) * labels.Count)])
                )
            );
        }

        public EvaluationResult Result() => new(labels, _predictions, _loss / _predictions.Count);
    }
}
