using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>What happens with a batch's loss in a stage: gradients are gathered, the schedule sets the rate, the optimizer steps, the
/// average follows.</summary>
internal sealed class StageSteps : IDisposable
{
    private readonly RunOptimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly WeightAverage? _average;
    private readonly int _imagesPerStep;

    // Of the step whose gradients are being gathered.
    private int _images;
    private int _missing;

    public StageSteps(TransferModel model, TrainingStage stage, int batchesPerEpoch)
    {
        _optimizer = RunOptimizer.Of(model, stage);
        _schedule = LearningRateSchedule.From(stage.Settings, batchesPerEpoch);
        int batches = stage.Settings.Integer(CommonParameters.Accumulation);
        _imagesPerStep = batches * stage.Settings.Integer(CommonParameters.BatchSize);
        if (stage.Settings.Number(CommonParameters.WeightAveraging) is > 0 and double decay)
            _average = new WeightAverage(model.Backbone, decay);
    }

    public double LearningRate => _optimizer.LearningRate;

    /// <summary>Takes in the mean loss of a batch, and steps once enough of them have come together or the epoch ends.</summary>
    /// <param name="loss">Scalar with gradient.</param>
    /// <param name="batch">Number of the batch in the stage, from 0.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="left">Images of the epoch that had not been seen before this batch.</param>
    public void Take(Tensor loss, long batch, int images, int left)
    {
        // With each batch, so that the rate that is reported is the schedule's also between two steps.
        _optimizer.Schedule(_schedule.Factor(batch));
        if (_images == 0)
            _missing = _images = Math.Min(_imagesPerStep, left);
        // So that the step is that of the mean over all its images, also where the last batch is smaller.
        _optimizer.Accumulate(loss, (double)images / _images);
        _missing -= images;
        if (_missing > 0)
            return;
        _images = 0;
        StepNow();
    }

    /// <summary>Steps down the gradient gathered so far.</summary>
    internal void StepNow()
    {
        _optimizer.Step();
        _average?.Update();
    }

    public void EndEpoch(bool isBest) => _schedule.EndEpoch(isBest);

    /// <summary>Until disposed, the model has the averaged weights, if the stage averages.</summary>
    public IDisposable AveragedWeights()
    {
        _average?.Swap();
        return new Restore(_average);
    }

    public void Dispose()
    {
        _average?.Dispose();
        _optimizer.Dispose();
    }

    private sealed class Restore(WeightAverage? average) : IDisposable
    {
        public void Dispose() => average?.Swap();
    }
}
