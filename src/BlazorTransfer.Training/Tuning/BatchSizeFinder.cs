using System.Diagnostics;
using System.Runtime.InteropServices;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Diagnostics;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tuning;

/// <summary>
/// Measures whole training steps of a job, forward, backward and optimizer, for batches of 4, 8, 16 … images that are ready in memory, or
/// of what is
/// kept of them: what reading images costs does not depend on how many are read at once. The steps have a learning rate of zero, so that
/// all sizes meet the same network.
/// </summary>
public sealed class BatchSizeFinder
{
    private const int Smallest = 4;

    // An epoch of fewer steps hardly learns.
    private const int LeastSteps = 4;

    // Of the machine's memory: a process that takes more is slowed by swapping, or ended.
    private const double MemoryShare = 0.8;

    // A size takes five steps or so; nobody waits minutes for one.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(15);

    private static readonly int Largest = (int)CommonParameters.Named(CommonParameters.BatchSize).Maximum!.Value;

    private readonly TrainingRun _run;
    private readonly TrainingStage _stage;
    private readonly int _entry;
    private readonly StageSteps _steps;
    private readonly StepMeter _meter;
    private readonly CancellationToken _cancel;
    private readonly List<BatchSizeSpeed> _measured = [];

    private BatchSizeFinder(TrainingRun run, TrainingStage stage, int entry, StageSteps steps, StepMeter meter, CancellationToken cancel) =>
        (_run, _stage, _entry, _steps, _meter, _cancel) = (run, stage, entry, steps, meter, cancel);

    /// <summary>The entry point of a step's inputs: behind the frozen layers, where a run keeps their features in memory.</summary>
    private static int EntryOf(TrainingRun run, TrainingStage stage)
    {
        int frozen = stage.Method.FrozenGroups(run.Model),
            views = KeptViews.Of(stage, frozen, run.Preprocessing.CropSize).Count;
        int images = Math.Max(1, views) * run.Data.Of(Split.Train).Count + run.Data.Of(Split.Validation).Count;
        return (views > 0 || !stage.Augments) && FeatureBatches.Fit(run.Model, frozen, run.Preprocessing.CropSize, images) ? frozen : 0;
    }

    /// <summary>Measures on the calling thread: libtorch's scopes belong to a thread.</summary>
    /// <param name="job">What is to be trained; of its last stage the last epoch is measured.</param>
    /// <param name="emit">Receives each size as it is measured, and the report last.</param>
    /// <param name="cancel">Stops after the step at work.</param>
    /// <exception cref="TrainingException">Something that the user can mend.</exception>
    public static BatchSizeReport Execute(JobSpec job, Action<TuningEvent> emit, CancellationToken cancel) =>
        Execute(job, emit, SpeedMeter.Rate, cancel);

    /// <summary>The same with a meter of the caller, so that the outcome does not depend on the machine.</summary>
    internal static BatchSizeReport Execute(JobSpec job, Action<TuningEvent> emit, StepMeter meter, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using TrainingRun run = TrainingRun.Prepare(job, _ => { });
        TrainingStage stage = TriedStage.Of(run);
        run.Model.Backbone.Freeze(stage.Method.FrozenGroups(run.Model));
        int entry = EntryOf(run, stage);
        TriedStage.BeginLastEpoch(run, stage, cancel);
        using var steps = new StageSteps(run.Model, stage, _ => 0);
        var finder = new BatchSizeFinder(run, stage, entry, steps, meter, cancel);
        Message whyStopped = finder.MeasureSizes(emit);
        var report = new BatchSizeReport
        {
            WorkerVersion = EngineVersion.Current,
            Device = run.Device.Description,
            Seconds = clock.Elapsed.TotalSeconds,
            Measured = finder._measured,
            WhyStopped = whyStopped,
            Suggestion = BatchSizeSuggestion.Of(
                finder._measured,
                run.BatchSize,
                stage.Settings.Number(CommonParameters.LearningRate),
                finder.Images
            ),
        };
        emit(new BatchSizeFound(report));
        return report;
    }

    /// <returns>Why it went no further, in words.</returns>
    private Message MeasureSizes(Action<TuningEvent> emit)
    {
        for (int size = Smallest; ; size *= 2)
        {
            if (WhyNot(size) is { } reason)
                return reason;
            emit(new TuningProgressed(TuningStage.MeasuringBatchSizes, size, Largest));
            try
            {
                _measured.Add(Measure(size));
            }
            catch (ExternalException e) when (IsOutOfMemory(e))
            {
                return _measured.Count > 0
                    ? Message.Of("tuning.memory-for", $"Memory does not suffice for {size} images at once.")
                    : throw new TrainingException(
                        WorkerExitCode.TrainingFailed,
                        "tuning.memory-even-for",
                        $"Memory does not suffice even for {size} images at once. Use a smaller network, smaller images or a "
                            + $"deeper freeze.",
                        e
                    );
            }

            emit(new BatchSizeTried(_measured[^1]));
        }
    }

    private int Images => _run.Data.Of(Split.Train).Count;

    private Message? WhyNot(int size)
    {
        if (size == Smallest)
            return null;
        if (size > Largest)
            return Message.Of("tuning.largest-step", $"A step takes at most {Largest:N0} images.");
        if (size * LeastSteps > Images)
            return Message.Of(
                "tuning.few-steps",
                $"Larger batches would leave fewer than {LeastSteps} steps in an epoch of {Images:N0} images."
            );
        BatchSizeSpeed last = _measured[^1];
        if (
            _measured.Count > 2
            && _measured.SkipLast(2).Max(m => m.ImagesPerSecond) * 1.05 > _measured.TakeLast(2).Max(m => m.ImagesPerSecond)
        )
            return Message.Of("tuning.no-more-speed", $"Larger batches bring no more speed.");
        if (2 * last.SecondsPerStep > LongestStep.TotalSeconds)
            return Message.Of("tuning.slow-step", $"A step of {size} images would take over {LongestStep.TotalSeconds:F0} seconds.");
        // Half the size has shown what its images took; these take twice that more.
        long? expected = _measured.Count > 1 ? last.PeakBytes + 2 * (last.PeakBytes - _measured[^2].PeakBytes) : null;
        return expected > MemoryShare * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes
            ? Message.Of(
                "tuning.memory-share",
                $"{size} images at once would take about {expected.Value / 1e9:F1} GB, which is more than {MemoryShare:P0} of the memory."
            )
            : null;
    }

    private BatchSizeSpeed Measure(int size)
    {
        using var scope = NewDisposeScope();
        TransferModel model = _run.Model;
        int side = _run.Preprocessing.CropSize;
        Tensor labels = randint(0, model.Classes.Count, [size], dtype: ScalarType.Int64, device: model.Device);
        Batch New() => new(_entry == 0 ? rand(size, 3, side, side, device: model.Device) : Features(size, side), labels, _entry, []);
        Batch batch = _stage.Method.AdaptsToTarget ? New() with { Target = New() } : New();
        double rate = _meter(
            size,
            model.Device,
            () =>
            {
                _cancel.ThrowIfCancellationRequested();
                // An epoch of this batch alone, so that each batch is a step.
                _steps.Take(batch, left: size);
            }
        );
        return new BatchSizeSpeed(size, rate, PeakBytes());
    }

    /// <summary>What is frozen is not part of a step where it is kept: that of a few images, repeated, costs no memory that a run would not
    /// take.</summary>
    private Tensor Features(int size, int side)
    {
        using var inference = no_grad();
        Tensor few = _run.Model.ForwardTo(_entry, rand(Smallest, 3, side, side, device: _run.Model.Device));
        return cat([.. Enumerable.Repeat(few, size / Smallest)]);
    }

    /// <summary>On a GPU, libtorch knows the peak, but TorchSharp does not pass it on.</summary>
    private long? PeakBytes()
    {
        if (_run.Model.Device.type != DeviceType.CPU)
            return null;
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static bool IsOutOfMemory(ExternalException e) =>
        e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("allocate memory", StringComparison.OrdinalIgnoreCase);
}
