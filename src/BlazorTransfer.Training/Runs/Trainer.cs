using System.Diagnostics;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>
/// The training loop: stage by stage, features of what is frozen, then epochs of steps, each followed by the validation split; the best
/// weights are kept and evaluated at the end. It knows neither the backbone nor the method.
/// </summary>
internal sealed class Trainer(
    TrainingRun run,
    CheckpointStore checkpoints,
    Action<RunEvent> emit,
    CancellationToken cancel,
    CancellationToken stop,
    bool processorHasBFloat16
)
{
    /// <summary>The same few images each epoch, so that one sees them change.</summary>
    private const int ShownSamples = 8;

    private readonly RunProgress _progress = new(emit);
    private readonly TransferModel _model = run.Model;

    // Once: each step asks, and counting goes over all samples.
    private readonly int _stepsPerEpoch = (run.Data.Of(Split.Train).Count + run.BatchSize - 1) / run.BatchSize;
    private readonly BestModel _best = new(run, checkpoints);
    private int? _stoppedAt;

    /// <summary>Somebody asked to stop early, and there is a model to keep.</summary>
    private bool MayStop => stop.IsCancellationRequested && _best.Outcome.BestEpoch > 0;

    public TrainingOutcome Run()
    {
        EmitStarted();
        foreach (Message warning in MethodRequirements.Warnings(RunRequirements.InputsOf(run, processorHasBFloat16)))
            emit(MessageLogged.Of(MessageLevel.Warning, warning));
        int epochs = 0;
        foreach (TrainingStage stage in run.Stages)
        {
            _model.Backbone.Freeze(stage.Method.FrozenGroups(_model));
            using StageSources sources = StageSources.Prepare(run, stage, _progress, emit, cancel);
            PrepareMethod(stage, sources);
            RunStage(stage, sources, epochs);
            epochs += stage.Epochs;
            if (stage != run.Stages[^1] && _stoppedAt is null)
                continue;
            EvaluateBest(stage, sources);
            break;
        }

        return _best.Outcome with
        {
            StoppedAtEpoch = _stoppedAt,
        };
    }

    private void RunStage(TrainingStage stage, StageSources sources, int epochsBefore)
    {
        if (stage.Method.FitsAtOnce)
        {
            EndEpoch(stage.Method, epochsBefore + 1, [], sources, Stopwatch.StartNew(), isResult: true);
            return;
        }

        var schedule = LearningRateSchedule.From(stage.Settings, _stepsPerEpoch);
        using var steps = new StageSteps(_model, stage, schedule.Factor);
        long images = sources.Train.Samples.Count;
        // An epoch of a later stage may take a hundred times as long as one of this.
        _progress.Start(RunPhase.Training, run.Epochs * images, "images", epochsBefore * images, estimates: stage == run.Stages[^1]);
        int patience = stage.Settings.Integer(CommonParameters.Patience),
            lastGain = epochsBefore + 1;
        for (int epoch = epochsBefore + 1; epoch <= epochsBefore + stage.Epochs; epoch++)
        {
            var clock = Stopwatch.StartNew();
            if (TrainEpoch(stage, sources.Train, steps, epoch, epochsBefore) is not { } metrics)
            {
                StopAt(epoch);
                return;
            }

            bool isBest;
            using (steps.AveragedWeights())
                isBest = EndEpoch(stage.Method, epoch, metrics, sources, clock, isResult: false);
            if (isBest)
                lastGain = epoch;
            schedule.EndEpoch(isBest);
            if (MayStop && epoch < run.Epochs)
            {
                StopAt(epoch);
                return;
            }

            if (patience == 0 || epoch - lastGain < patience || epoch == epochsBefore + stage.Epochs)
                continue;
            emit(
                MessageLogged.Of(
                    MessageLevel.Information,
                    Message.Of("run.early-stopping", $"Stopped after epoch {epoch}: {patience} epochs brought nothing better.")
                )
            );
            return;
        }
    }

    private void StopAt(int epoch)
    {
        _stoppedAt = epoch;
        emit(
            MessageLogged.Of(
                MessageLevel.Information,
                Message.Of(
                    "run.stopped-early",
                    $"Stopped early at epoch {epoch} of {run.Epochs}. The model of epoch {_best.Outcome.BestEpoch} is kept."
                )
            )
        );
    }

    /// <summary>Looks at what an epoch came to, and keeps it if it is the best.</summary>
    /// <param name="method">Of the stage.</param>
    /// <param name="epoch">Of the run, from 1.</param>
    /// <param name="metrics">Of the training; those of the evaluation are added.</param>
    /// <param name="sources">Of the stage.</param>
    /// <param name="clock">Runs since the epoch began.</param>
    /// <param name="isResult">It is kept, whatever it scores.</param>
    private bool EndEpoch(
        TransferMethod method,
        int epoch,
        Dictionary<string, double> metrics,
        StageSources sources,
        Stopwatch clock,
        bool isResult
    )
    {
        EvaluationResult? validation = sources.Validation.Samples.Count == 0 ? null : Evaluate(sources.Validation, null, epoch);
        validation?.AddMetrics(metrics, Split.Validation);
        // To be watched: nothing is chosen by it.
        if (sources.Scored is { } scored)
            Evaluate(scored, null, epoch).AddTargetMetrics(metrics);
        if (sources.Unlabelled is { } target)
            foreach ((string key, double value) in DomainFigures.Measure(_model, method, sources.Validation, target, run.BatchSize, cancel))
                metrics[key] = value;
        bool isBest = _best.Offer(epoch, validation, metrics, isResult);
        if (isBest)
            emit(
                new CheckpointSaved
                {
                    Epoch = epoch,
                    File = "checkpoints/best.safetensors",
                    IsBest = true,
                }
            );
        emit(
            new EpochCompleted
            {
                Epoch = epoch,
                Step = (long)epoch * _stepsPerEpoch,
                Metrics = metrics,
                IsBest = isBest,
                Seconds = clock.Elapsed.TotalSeconds,
                LiveTensors = Tensor.TotalCount,
            }
        );
        if (validation is not null)
            emit(new SamplesPredicted { Epoch = epoch, Samples = validation.Examples(ShownSamples) });
        return isBest;
    }

    private void PrepareMethod(TrainingStage stage, StageSources sources)
    {
        if (stage.Method.PreparationPasses == 0)
            return;
        BatchSource images = stage.Augments ? StageSources.Plain(run, stage) : sources.Train;
        _progress.Start(
            RunPhase.ExtractingFeatures,
            stage.Method.PreparationPasses * (long)(images.Samples.Count + (images.Target?.Samples.Count ?? 0)),
            "images"
        );
        stage.Method.Prepare(_model, images, run.BatchSize, done => _progress.Report(done), cancel);
        if (stage.Method.InstanceWeights is { } weights)
            checkpoints.SaveWeights(InstanceWeights.Of(images.Samples, weights));
        _progress.Complete();
    }

    /// <param name="stage">The stage.</param>
    /// <param name="source">The training images, or what was kept of them.</param>
    /// <param name="steps">Of the stage.</param>
    /// <param name="epoch">Of the run, from 1.</param>
    /// <param name="epochsBefore">Of earlier stages: methods and schedules count their own.</param>
    /// <returns>Metrics of the training; null where it stopped on request before the epoch ended, which counts for nothing.</returns>
    private Dictionary<string, double>? TrainEpoch(TrainingStage stage, BatchSource source, StageSteps steps, int epoch, int epochsBefore)
    {
        stage.Method.OnEpochStart(_model, epoch - epochsBefore);
        var meter = new EpochMeter(_model.ClassTask.Kind, TimeProvider.System);
        var told = new StepThrottle(emit);
        long firstStep = (long)(epoch - 1) * _stepsPerEpoch;
        bool balanced = stage.Settings.Boolean(CommonParameters.BalancedSampling);
        long imagesBefore = (long)(epoch - 1) * source.Samples.Count;
        IEnumerable<Batch> batches = meter.WaitFor(source.ReadShuffled(run.BatchSize, run.Job.Seed, epoch, balanced, cancel));
        foreach (StageStep step in steps.Over(batches, source.Samples.Count, cancel))
        {
            if (!step.IsFinite)
                throw Diverged(
                    "run.loss-diverged",
                    $"The loss is not a number (epoch {epoch}, step {firstStep + meter.Steps + 1}): {LowerRate}"
                );
            meter.Add(step.Value, step.Loss.Logits, step.Batch.Labels);
            told.Completed(
                epoch,
                firstStep + meter.Steps,
                step.Value,
                step.Loss.Parts,
                steps.LearningRate,
                step.Batch.Samples.Count,
                isLast: meter.Steps == _stepsPerEpoch
            );
            _progress.Report(imagesBefore + meter.Images);
            if (MayStop && meter.Steps < _stepsPerEpoch)
                return null;
        }

        return new Dictionary<string, double>(stage.Method.EpochFigures)
        {
            [MetricKeys.TrainLoss] = meter.Loss,
            [_model.ClassTask.Kind.TrainKey] = meter.Agreement,
            [MetricKeys.LearningRate] = steps.LearningRate,
            [MetricKeys.ImagesPerSecond] = meter.ImagesPerSecond,
            [MetricKeys.DataWait] = meter.DataWait,
        };
    }

    /// <summary>Scores of the kept weights: of the test split on images read anew, as a user's image is later; of the validation split on
    /// what was kept of its frozen part, if that was.</summary>
    private void EvaluateBest(TrainingStage stage, StageSources sources)
    {
        checkpoints.LoadBest(_model);
        Split[] splits = [.. new[] { Split.Validation, Split.Test }.Where(s => run.Data.Of(s).Count > 0)];
        _progress.Start(RunPhase.Evaluating, splits.Sum(s => (long)run.Data.Of(s).Count) + (sources.Scored?.Samples.Count ?? 0), "images");
        long before = 0;
        // What validation chose holds for the test; where there is none, the test must not choose.
        if (!splits.Contains(Split.Validation))
            _model.Thresholds = _model.ClassTask.Kind.UsualThresholds(_model.Classes.Count);
        foreach (Split split in splits)
        {
            BatchSource source = split == Split.Validation ? sources.Validation : run.Images.Evaluation(split);
            EvaluationResult result = Evaluate(source, done => _progress.Report(before + done), epoch: null);
            _model.Thresholds ??= result.Thresholds;
            before += source.Samples.Count;
            var metrics = new Dictionary<string, double>();
            result.AddMetrics(metrics, split);
            EmitEvaluation(split, null, result, metrics);
            foreach ((string set, EvaluationResult further) in result.LabelSets)
                EmitEvaluation(split, set, further, metrics.Where(m => m.Key.EndsWith($":{set}", StringComparison.Ordinal)).ToDictionary());
        }

        if (sources.Seen is { } target)
            checkpoints.SaveEmbedding(DomainEmbedding.Compute(_model, stage.Method, sources.Validation, target, run.BatchSize, cancel));
        if (sources.Scored is { } scored)
            EvaluateTarget(Evaluate(scored, done => _progress.Report(before + done), epoch: null));
        _progress.Complete();
    }

    /// <exception cref="TrainingException">The model's outputs are not numbers: the training diverged.</exception>
    private EvaluationResult Evaluate(BatchSource source, Action<int>? progress, int? epoch)
    {
        EvaluationResult result = Evaluator.Evaluate(_model, source, run.BatchSize, progress, cancel);
        if (result.IsFinite)
            return result;
        throw epoch is { } diverged
            ? Diverged("run.diverged-after-epoch", $"The evaluation loss after epoch {diverged} is not a number: {LowerRate}")
            : Diverged("run.diverged", $"The evaluation loss of the best epoch is not a number: {LowerRate}");
    }

    private void EvaluateTarget(EvaluationResult result)
    {
        var metrics = new Dictionary<string, double>();
        result.AddTargetMetrics(metrics);
        EmitEvaluation(Split.Test, null, result, metrics, ofTarget: true);
    }

    private void EmitEvaluation(
        Split split,
        string? set,
        EvaluationResult result,
        Dictionary<string, double> metrics,
        bool ofTarget = false
    ) =>
        emit(
            new EvaluationCompleted
            {
                Split = split,
                OfTarget = ofTarget,
                LabelSet = set,
                Metrics = metrics,
                LabelScores = result.LabelScores,
                ConfusionMatrix = result.ConfusionMatrix(),
                Mistakes = result.Mistakes(),
                Answers = result.Answers(),
            }
        );

    private void EmitStarted() =>
        emit(
            new RunStarted
            {
                WorkerVersion = EngineVersion.Current,
                Device = run.Device.Name,
                DeviceDescription = run.Device.Description,
                Classes = run.Data.Classes,
                Kind = run.Data.Kind,
                LabelSets = [.. _model.Tasks.Select(t => t.Labels)],
                TrainSamples = run.Data.Of(Split.Train).Count,
                ValidationSamples = run.Data.Of(Split.Validation).Count,
                TestSamples = run.Data.Of(Split.Test).Count,
                TargetSamples = run.Stages.Any(s => s.Method.AdaptsToTarget) ? run.Target!.Adapting.Count : 0,
                TargetLabelled = run.Target?.Labelled ?? 0,
                TargetScored = run.Target?.Scored.Count ?? 0,
                Epochs = run.Epochs,
                StepsPerEpoch = _stepsPerEpoch,
                Parameters = _model.Backbone.parameters().Sum(p => p.numel()),
                TrainableParameters = _model.Backbone.parameters().Where(p => p.requires_grad).Sum(p => p.numel()),
                Settings = run.Settings.Values,
            }
        );

    private static Message LowerRate => Message.Of("run.lower-rate", $"the training diverged. Use a lower learning rate, such as a tenth.");

    private static TrainingException Diverged(string code, MessageText text) => new(WorkerExitCode.TrainingFailed, code, text);
}
