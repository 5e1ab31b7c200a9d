using System.Diagnostics;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Images;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training;

/// <summary>
/// The training loop: stage by stage, features of what is frozen, then epochs of steps, each followed by the validation split; the best
/// weights are kept and evaluated at the end. It knows neither the backbone nor the method.
/// </summary>
internal sealed class Trainer(TrainingRun run, CheckpointStore checkpoints, Action<RunEvent> emit, CancellationToken cancel)
{
    private const int ShownSamples = 8;

    private readonly RunProgress _progress = new(emit);
    private readonly TransferModel _model = run.Model;
    private TrainingOutcome _best = new(0, -1);
    private double _bestScore = double.NegativeInfinity;

    public TrainingOutcome Run()
    {
        EmitStarted();
        int epochs = 0;
        foreach (TrainingStage stage in run.Stages)
        {
            _model.Backbone.Freeze(stage.Method.FrozenGroups(_model));
            using Sources sources = PrepareSources(stage);
            PrepareMethod(stage, sources);
            RunStage(stage, sources, epochs);
            epochs += stage.Epochs;
            if (stage == run.Stages[^1]) EvaluateBest(sources);
        }

        return _best;
    }

    private void RunStage(TrainingStage stage, Sources sources, int epochsBefore)
    {
        using var steps = new StageSteps(_model, stage, StepsPerEpoch);
        long images = sources.Train.Samples.Count;
        // An epoch of a later stage may take a hundred times as long as one of this.
        _progress.Start(RunPhase.Training, run.Epochs * images, "images", epochsBefore * images, estimates: stage == run.Stages[^1]);
        int patience = stage.Settings.Integer(CommonParameters.Patience), lastGain = epochsBefore + 1;
        for (int epoch = epochsBefore + 1; epoch <= epochsBefore + stage.Epochs; epoch++)
        {
            var clock = Stopwatch.StartNew();
            Dictionary<string, double> metrics = TrainEpoch(stage, sources.Train, steps, epoch, epochsBefore);
            EvaluationResult validation;
            bool isBest;
            using (steps.AveragedWeights())
            {
                validation = Evaluator.Evaluate(_model, sources.Validation, run.BatchSize, null, cancel);
                AddMetrics(metrics, validation, Split.Validation);
                isBest = KeepIfBest(epoch, validation, metrics);
            }

            if (isBest) lastGain = epoch;
            steps.EndEpoch(isBest);
            EmitEpoch(epoch, metrics, isBest, clock.Elapsed);
            emit(new SamplesPredicted { Epoch = epoch, Samples = ShowSamples(validation) });
            if (patience == 0 || epoch - lastGain < patience || epoch == epochsBefore + stage.Epochs) continue;
            emit(new MessageLogged { Level = MessageLevel.Information, Text = $"Stopped after epoch {epoch}: {patience} epochs brought nothing better." });
            return;
        }
    }

    private int StepsPerEpoch => (run.Data.Of(Split.Train).Count + run.BatchSize - 1) / run.BatchSize;

    /// <summary>
    /// What is frozen is computed once, where every epoch sees the same pictures and there is room, in memory or in the cache; otherwise,
    /// images. The validation split never changes, so its frozen part is always worth keeping.
    /// </summary>
    private Sources PrepareSources(TrainingStage stage)
    {
        BatchSource train = run.Training(stage);
        ImageBatches validation = run.Evaluation(Split.Validation);
        int entry = stage.Method.FrozenGroups(_model);
        if (entry == 0) return new Sources(train, validation);
        bool keepTrain = !stage.Augments;
        int images = validation.Samples.Count + (keepTrain ? train.Samples.Count : 0), known = 0, before = 0;
        int row = (int)FeatureBatches.ShapeAt(_model, entry, run.Preprocessing.CropSize).Aggregate(1L, (a, b) => a * b);
        long bytes = (long)row * sizeof(float) * images;
        FeatureCache? cache = run.Job.FeatureCache is { } spec && bytes <= spec.MaximumBytes ? FeatureCache.Open(spec, _model, entry, run.Preprocessing, row) : null;
        bool inMemory = bytes <= FeatureBatches.MemoryBytes;
        if (!inMemory && cache is null) return new Sources(train, validation);
        _progress.Start(RunPhase.ExtractingFeatures, images, "images");
        BatchSource Features(ImageBatches of)
        {
            FeatureBatches features = FeatureBatches.Compute(_model, of, entry, cache, inMemory, done => _progress.Report(before + done), cancel);
            before += of.Samples.Count;
            known += features.Known;
            return features;
        }

        var sources = new Sources(keepTrain ? Features(run.Evaluation(Split.Train)) : train, Features(validation));
        _progress.Complete();
        if (known > 0) emit(new MessageLogged { Level = MessageLevel.Information, Text = $"The features of {known} of {images} images were known from earlier runs." });
        return sources;
    }

    private void PrepareMethod(TrainingStage stage, Sources sources)
    {
        if (stage.Method.PreparationPasses == 0) return;
        BatchSource images = stage.Augments ? run.Evaluation(Split.Train) : sources.Train;
        _progress.Start(RunPhase.ExtractingFeatures, stage.Method.PreparationPasses * images.Samples.Count, "images");
        stage.Method.Prepare(_model, images, run.BatchSize, done => _progress.Report(done), cancel);
        _progress.Complete();
    }

    /// <param name="stage">The stage.</param>
    /// <param name="source">The training images, or what was kept of them.</param>
    /// <param name="steps">Of the stage.</param>
    /// <param name="epoch">Of the run, from 1.</param>
    /// <param name="epochsBefore">Of earlier stages: methods and schedules count their own.</param>
    private Dictionary<string, double> TrainEpoch(TrainingStage stage, BatchSource source, StageSteps steps, int epoch, int epochsBefore)
    {
        stage.Method.OnEpochStart(_model, epoch - epochsBefore);
        var meter = new EpochMeter();
        var told = new StepThrottle(emit);
        long firstStep = (long)(epoch - 1) * StepsPerEpoch, stepsBefore = (long)epochsBefore * StepsPerEpoch;
        bool balanced = stage.Settings.Boolean(CommonParameters.BalancedSampling);
        long imagesBefore = (long)(epoch - 1) * source.Samples.Count;
        foreach (Batch batch in source.ReadShuffled(run.BatchSize, run.Job.Seed, epoch, balanced, cancel))
        {
            using var scope = NewDisposeScope();
            using Batch own = batch;
            Loss loss = stage.Method.ComputeLoss(_model, batch);
            double value = loss.Total.item<float>();
            if (!double.IsFinite(value)) throw NotANumber(epoch, firstStep + meter.Steps + 1);
            steps.Take(loss.Total, firstStep - stepsBefore + meter.Steps, batch.Samples.Count, source.Samples.Count - (int)meter.Images);
            meter.Add(value, loss.Logits, batch.Labels);
            told.Completed(epoch, firstStep + meter.Steps, value, loss.Parts, steps.LearningRate, batch.Samples.Count, isLast: meter.Steps == StepsPerEpoch);
            _progress.Report(imagesBefore + meter.Images);
            cancel.ThrowIfCancellationRequested();
        }

        return new Dictionary<string, double>
        {
            [MetricKeys.TrainLoss] = meter.Loss,
            [MetricKeys.TrainTop1] = meter.Top1,
            [MetricKeys.LearningRate] = steps.LearningRate,
            [MetricKeys.ImagesPerSecond] = meter.ImagesPerSecond,
        };
    }

    /// <summary>Scores of the kept weights on images read anew: the same path that a user's image takes later.</summary>
    private void EvaluateBest(Sources sources)
    {
        checkpoints.LoadBest(_model);
        Split[] splits = [.. new[] { Split.Validation, Split.Test }.Where(s => run.Data.Of(s).Count > 0)];
        _progress.Start(RunPhase.Evaluating, splits.Sum(s => (long)run.Data.Of(s).Count), "images");
        long before = 0;
        foreach (Split split in splits)
        {
            BatchSource source = split == Split.Validation ? sources.Validation : run.Evaluation(split);
            EvaluationResult result = Evaluator.Evaluate(_model, source, run.BatchSize, done => _progress.Report(before + done), cancel);
            before += source.Samples.Count;
            var metrics = new Dictionary<string, double>();
            AddMetrics(metrics, result, split);
            emit(new EvaluationCompleted { Split = split, Metrics = metrics, ConfusionMatrix = result.ConfusionMatrix(), Mistakes = result.Mistakes() });
        }

        _progress.Complete();
    }

    private bool KeepIfBest(int epoch, EvaluationResult validation, Dictionary<string, double> metrics)
    {
        double score = run.Settings.Choice(CommonParameters.BestOf) switch
        {
            "top1" => validation.Top1,
            "balanced-accuracy" => validation.BalancedAccuracy,
            // Worse than all numbers, but better than nothing kept.
            "loss" => double.IsFinite(validation.Loss) ? -validation.Loss : double.MinValue,
            string other => throw new ArgumentException($"Nothing is best by '{other}'."),
        };
        if (score <= _bestScore) return false;
        (_best, _bestScore) = (new TrainingOutcome(epoch, validation.Top1), score);
        checkpoints.SaveBest(_model, new ModelDescription
        {
            Backbone = run.Job.Backbone,
            Classes = _model.Classes,
            Head = _model.Backbone.HeadSpec,
            Preprocessing = run.Preprocessing,
            Method = run.Job.Method,
            Epoch = epoch,
            Metrics = metrics,
        });
        emit(new CheckpointSaved { Epoch = epoch, File = "checkpoints/best.safetensors", IsBest = true });
        return true;
    }

    private void EmitStarted() => emit(new RunStarted
    {
        WorkerVersion = Catalogues.Version,
        Device = run.Device.Name,
        DeviceDescription = run.Device.Description,
        Classes = run.Data.Classes,
        TrainSamples = run.Data.Of(Split.Train).Count,
        ValidationSamples = run.Data.Of(Split.Validation).Count,
        TestSamples = run.Data.Of(Split.Test).Count,
        Epochs = run.Epochs,
        StepsPerEpoch = StepsPerEpoch,
        Parameters = _model.Backbone.parameters().Sum(p => p.numel()),
        TrainableParameters = _model.Backbone.parameters().Where(p => p.requires_grad).Sum(p => p.numel()),
        Settings = run.Settings.Values,
    });

    private void EmitEpoch(int epoch, Dictionary<string, double> metrics, bool isBest, TimeSpan elapsed) => emit(new EpochCompleted
    {
        Epoch = epoch,
        Step = (long)epoch * StepsPerEpoch,
        Metrics = metrics,
        IsBest = isBest,
        Seconds = elapsed.TotalSeconds,
        LiveTensors = Tensor.TotalCount,
    });

    private static void AddMetrics(Dictionary<string, double> metrics, EvaluationResult result, Split split)
    {
        (string loss, string top1, string balanced) = split switch
        {
            Split.Validation => (MetricKeys.ValidationLoss, MetricKeys.ValidationTop1, MetricKeys.ValidationBalancedAccuracy),
            Split.Test => (MetricKeys.TestLoss, MetricKeys.TestTop1, MetricKeys.TestBalancedAccuracy),
            Split.Train => throw new ArgumentException("Training images are scored while they train.", nameof(split)),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };
        (metrics[loss], metrics[top1], metrics[balanced]) = (result.Loss, result.Top1, result.BalancedAccuracy);
    }

    /// <summary>The same few images each epoch, class after class, so that one sees them change.</summary>
    private static SamplePrediction[] ShowSamples(EvaluationResult validation) =>
    [
        .. validation.Predictions.GroupBy(p => p.True).SelectMany(g => g.Select((p, rank) => (p, rank))).OrderBy(x => x.rank).ThenBy(x => x.p.True)
            .Take(ShownSamples).Select(x => x.p.Describe(validation.Classes)),
    ];

    private static TrainingException NotANumber(int epoch, long step) => new(WorkerExitCode.TrainingFailed,
        $"The loss is not a number any more (epoch {epoch}, step {step}): the training diverged. Use a lower learning rate, such as a tenth.");

    private sealed record Sources(BatchSource Train, BatchSource Validation) : IDisposable
    {
        public void Dispose()
        {
            (Train as IDisposable)?.Dispose();
            (Validation as IDisposable)?.Dispose();
        }
    }
}
