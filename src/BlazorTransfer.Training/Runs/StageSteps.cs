using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>A batch whose loss was taken in.</summary>
/// <param name="Batch">The batch; its tensors live until the next one is read.</param>
/// <param name="Loss">The loss of the batch, with its parts.</param>
/// <param name="Value">The mean loss as a number; a batch whose loss is not finite changes nothing.</param>
/// <param name="Share">Share of the batch's images in its step: 1 without gradient accumulation.</param>
/// <param name="Moved">True if the weights moved after this batch.</param>
internal sealed record StageStep(Batch Batch, Loss Loss, double Value, double Share, bool Moved)
{
    public bool IsFinite => double.IsFinite(Value);
}

/// <summary>
/// The steps of a stage, for the trainer and for the finders: the method computes a batch's loss, gradients are gathered, the rate is set,
/// the optimizer steps, the average follows. While it lives, the network computes in the precision that the stage asks for.
/// </summary>
internal sealed class StageSteps : IDisposable
{
    private readonly TransferModel _model;
    private readonly TransferMethod _method;
    private readonly RunOptimizer _optimizer;
    private readonly Func<long, double> _rate;
    private readonly HalfTrunk? _half;
    private readonly WeightAverage? _average;
    private readonly int _imagesPerStep;
    private long _batches;

    // Of the step whose gradients are being gathered.
    private int _images;
    private int _missing;

    /// <param name="model">What learns.</param>
    /// <param name="stage">How it learns.</param>
    /// <param name="rate">Factor of the stage's learning rate for a batch of the stage, numbered from 0.</param>
    public StageSteps(TransferModel model, TrainingStage stage, Func<long, double> rate)
    {
        (_model, _method, _rate) = (model, stage.Method, rate);
        _optimizer = new RunOptimizer(stage.Method.ParameterGroups(model), stage.Settings);
        _half = stage.IsHalf(model) ? new HalfTrunk(model.Backbone) : null;
        _imagesPerStep = stage.Settings.Integer(CommonParameters.Accumulation) * stage.Settings.Integer(CommonParameters.BatchSize);
        if (stage.Settings.Number(CommonParameters.WeightAveraging) is > 0 and double decay)
            _average = new WeightAverage(model.Backbone, decay);
    }

    public double LearningRate => _optimizer.LearningRate;

    /// <summary>Takes in the batches of an epoch one by one; each, and all that is computed of it, is disposed of before the
    /// next.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="images">How many images they have together.</param>
    /// <param name="cancel">Stops after the batch at work.</param>
    public IEnumerable<StageStep> Over(IEnumerable<Batch> batches, int images, CancellationToken cancel)
    {
        int left = images;
        foreach (Batch batch in batches)
        {
            using var scope = NewDisposeScope();
            using Batch own = batch;
            int count = (int)batch.Labels.shape[0];
            yield return Take(batch, left);
            left -= count;
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes in a batch, and steps once the images of a step have come together or the epoch ends.</summary>
    /// <param name="batch">The batch; the caller disposes of it.</param>
    /// <param name="left">Images of the epoch that had not been seen before this batch.</param>
    public StageStep Take(Batch batch, int left)
    {
        Loss loss = _method.ComputeLoss(_model, batch);
        double value = loss.Total.item<float>();
        if (!double.IsFinite(value))
            return new StageStep(batch, loss, value, 1, Moved: false);
        // With each batch, so that the rate that is reported is the schedule's also between two steps.
        _optimizer.Schedule(_rate(_batches++));
        int count = (int)batch.Labels.shape[0];
        if (_images == 0)
            _missing = _images = Math.Max(count, Math.Min(_imagesPerStep, left));
        // So that the step is that of the mean over all its images, also where the last batch is smaller.
        double share = (double)count / _images;
        Gather(loss.Total, share);
        _missing -= count;
        if (_missing > 0)
            return new StageStep(batch, loss, value, share, Moved: false);
        _images = 0;
        StepNow();
        return new StageStep(batch, loss, value, share, Moved: true);
    }

    /// <summary>Adds the gradient of a share of a loss to that of the next step.</summary>
    internal void Gather(Tensor loss, double share = 1)
    {
        _optimizer.Accumulate(loss, share);
        _half?.TakeGradients();
    }

    /// <summary>Steps down the gradient gathered so far.</summary>
    internal void StepNow()
    {
        _optimizer.Step();
        _half?.Refresh();
        _average?.Update();
    }

    /// <summary>Until disposed, the model has the averaged weights, if the stage averages.</summary>
    public IDisposable AveragedWeights()
    {
        _average?.Swap();
        return new Restore(_average);
    }

    public void Dispose()
    {
        _average?.Dispose();
        _half?.Dispose();
        _optimizer.Dispose();
    }

    private sealed class Restore(WeightAverage? average) : IDisposable
    {
        public void Dispose() => average?.Swap();
    }
}
