using System.Diagnostics;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Tuning;

/// <summary>
/// Learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3): the last stage of a job
/// takes
/// steps on training images while the rate grows by the same factor each step, η_i = 10⁻⁷ · 10^(8 i / 99), until the loss has exploded or
/// all rates
/// are through. Every step goes on from the one before; the weights are thrown away.
/// </summary>
public sealed class LearningRateFinder
{
    private const double LowestRate = 1e-7,
        HighestRate = 10;
    private const int MostSteps = 100;

    // Smoothed loss s_i = β·s_(i−1) + (1 − β)·l_i, shown as s_i / (1 − βⁱ): it looks back over about ten steps, which is half a power of
    // ten.
    private const double Smoothing = 0.9;

    // As fastai has it.
    private const double Exploded = 4;

    private readonly TrainingRun _run;
    private readonly TrainingStage _stage;
    private readonly Action<TuningEvent> _emit;
    private readonly CancellationToken _cancel;
    private readonly List<LearningRatePoint> _points = [];
    private double _average;

    private LearningRateFinder(TrainingRun run, Action<TuningEvent> emit, CancellationToken cancel) =>
        (_run, _stage, _emit, _cancel) = (run, TriedStage.Of(run), emit, cancel);

    /// <summary>The rate of the step that comes next.</summary>
    private double Rate => LowestRate * Math.Pow(HighestRate / LowestRate, _points.Count / (MostSteps - 1.0));

    /// <summary>Tries rates on the calling thread: libtorch's scopes belong to a thread.</summary>
    /// <param name="job">What is to be trained; its own learning rate does not matter.</param>
    /// <param name="emit">Receives progress and each step in order, and the report last.</param>
    /// <param name="cancel">Stops at the next batch.</param>
    /// <exception cref="TrainingException">Something that the user can mend.</exception>
    public static LearningRateReport Execute(JobSpec job, Action<TuningEvent> emit, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using TrainingRun run = TrainingRun.Prepare(job, _ => { });
        var finder = new LearningRateFinder(run, emit, cancel);
        bool diverged = finder.TryRates();
        var report = new LearningRateReport
        {
            WorkerVersion = EngineVersion.Current,
            Device = run.Device.Description,
            BatchSize = run.BatchSize,
            Seed = job.Seed,
            Seconds = clock.Elapsed.TotalSeconds,
            Points = finder._points,
            Diverged = diverged,
            Suggestion = LearningRateSuggestion.Of(finder._points),
        };
        emit(new LearningRateFound(report));
        return report;
    }

    /// <returns>Whether the loss exploded before all rates were tried.</returns>
    private bool TryRates()
    {
        _run.Model.Backbone.Freeze(_stage.Method.FrozenGroups(_run.Model));
        BatchSource source = PrepareSource();
        using var features = source as IDisposable;
        TriedStage.BeginLastEpoch(_run, _stage, _cancel);
        double own = _stage.Settings.Number(CommonParameters.LearningRate);
        using var steps = new StageSteps(_run.Model, _stage, _ => Rate / own);
        _emit(new TuningProgressed(TuningStage.TryingLearningRates, 0, MostSteps));
        double loss = 0;
        foreach (StageStep step in EndlessSteps(steps, source))
        {
            // A point that is no number can be neither drawn nor averaged.
            if (!step.IsFinite)
                return true;
            loss += step.Share * step.Value;
            if (!step.Moved)
                continue;
            if (Explodes(Rate, loss))
                return true;
            if (_points.Count == MostSteps)
                return false;
            loss = 0;
        }

        throw new UnreachableException("The steps have no end.");
    }

    /// <summary>Takes down a step, and says whether it is to be the last because the loss is out of bounds.</summary>
    private bool Explodes(double rate, double loss)
    {
        _average = Smoothing * _average + (1 - Smoothing) * loss;
        var point = new LearningRatePoint(rate, loss, _average / (1 - Math.Pow(Smoothing, _points.Count + 1)));
        _points.Add(point);
        _emit(new LearningRateTried(point));
        if (_points.Count <= LearningRateSuggestion.FirstSteps)
            return false;
        // Where the loss came close to zero, four times that is still a good loss.
        return point.Smoothed > Exploded * _points.Min(p => p.Smoothed)
            && point.Smoothed > _points[LearningRateSuggestion.FirstSteps - 1].Smoothed;
    }

    /// <summary>The training images; what is frozen is computed once where each image comes several times.</summary>
    private BatchSource PrepareSource()
    {
        BatchSource images = StageSources.Images(_run, _stage);
        ImageBatches? target = _stage.Method.AdaptsToTarget ? _run.Images.Target : null;
        int entry = _stage.Method.FrozenGroups(_run.Model),
            count = images.Samples.Count + (target?.Samples.Count ?? 0);
        bool comeAgain = count < MostSteps * _stage.Settings.Integer(CommonParameters.Accumulation) * _run.BatchSize;
        if (entry == 0 || _stage.Augments || !comeAgain || !FeatureBatches.Fit(_run.Model, entry, _run.Preprocessing.CropSize, count))
            return images;
        void Tell(int done) => _emit(new TuningProgressed(TuningStage.ExtractingFeatures, done, count));
        Tell(0);
        using FrozenTrunk trunk = FrozenTrunk.Of(_run.Model, entry, _run.Settings);
        FeatureBatches source = FeatureBatches.Compute(
            trunk,
            Pictures.Plain(_run.Images.Evaluation(Split.Train)),
            cache: null,
            inMemory: true,
            Tell,
            _cancel
        );
        if (target is null)
            return source;
        return StageSources.Paired(
            _run,
            source,
            FeatureBatches.Compute(
                trunk,
                Pictures.Plain(target),
                cache: null,
                inMemory: true,
                done => Tell(source.Samples.Count + done),
                _cancel
            )
        );
    }

    /// <summary>Epoch after epoch, counted on from the run's last one, so that each has an order and augmentation of its own.</summary>
    private IEnumerable<StageStep> EndlessSteps(StageSteps steps, BatchSource source)
    {
        bool balanced = _stage.Settings.Boolean(CommonParameters.BalancedSampling);
        for (int epoch = _run.Epochs; ; epoch++)
        {
            IEnumerable<Batch> batches = source.ReadShuffled(_run.BatchSize, _run.Job.Seed, epoch, balanced, _cancel);
            foreach (StageStep step in steps.Over(batches, source.Samples.Count, _cancel))
                yield return step;
        }
    }
}
