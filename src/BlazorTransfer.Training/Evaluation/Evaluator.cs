using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Models;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>Asks a model about a whole split.</summary>
public static class Evaluator
{
    /// <param name="model">The model; it is in evaluation mode afterwards. Without thresholds of its own, those are chosen on this split,
    /// where the kind of its labels has any.</param>
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
        (ModelTask Task, EvaluationTally Tally)[] tasks = [.. model.AllTasks.Select(t => (t, t.Kind.Tally(t.Labels.Labels)))];
        int done = 0;
        foreach (Batch batch in source.ReadAll(batchSize, cancel))
        {
            using var scope = NewDisposeScope();
            using Batch own = batch;
            Tensor outputs = model.Outputs(batch.Inputs, batch.Entry);
            foreach ((ModelTask task, EvaluationTally tally) in tasks)
                Add(tally, task, outputs, batch);
            progress?.Invoke(done += batch.Samples.Count);
            cancel.ThrowIfCancellationRequested();
        }

        return tasks[0].Tally.Result(model.Thresholds) with
        {
            LabelSets = [.. tasks.Skip(1).Where(t => t.Tally.Images > 0).Select(t => (t.Task.Labels.Name, t.Tally.Result(null)))],
        };
    }

    /// <summary>Counts those images of a batch that have a known label in a task.</summary>
    private static void Add(EvaluationTally tally, ModelTask task, Tensor outputs, Batch batch)
    {
        Tensor targets = task.TargetsOf(batch.Samples, outputs.device),
            logits = task.Of(outputs);
        bool[] isKnown = task.Kind.IsKnown(targets).cpu().data<bool>().ToArray();
        int[] known = [.. Enumerable.Range(0, isKnown.Length).Where(i => isKnown[i])];
        if (known.Length == 0)
            return;
        if (known.Length < isKnown.Length)
        {
            Tensor rows = tensor([.. known.Select(i => (long)i)], device: outputs.device);
            (targets, logits) = (targets.index_select(0, rows), logits.index_select(0, rows));
        }

        tally.Add(logits, targets, [.. known.Select(i => batch.Samples[i])]);
    }
}
