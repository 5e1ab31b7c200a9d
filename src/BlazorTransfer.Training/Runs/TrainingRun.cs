using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Training.Runs;

/// <summary>A job made ready to train: everything that can be wrong with it was found before the first step.</summary>
public sealed class TrainingRun : IDisposable
{
    internal TrainingRun(
        JobSpec job,
        DatasetManifest data,
        TargetDomain? target,
        TransferModel model,
        TransferMethod method,
        ParameterSet settings,
        DeviceSpec device
    )
    {
        (Job, Data, Target, Model, Method, Settings, Device) = (job, data, target, model, method, settings, device);
        Stages = method.Stages;
        Preprocessing = ImageSize.PreprocessingOf(model.Backbone.Spec, settings);
        Images = new RunImages(job, data, target, Preprocessing, model.Device, EpochsBefore);
    }

    public JobSpec Job { get; }

    /// <summary>What the run learns from; the source domain, where there is a target.</summary>
    public DatasetManifest Data { get; }

    /// <summary>Where the model shall work, if elsewhere.</summary>
    public TargetDomain? Target { get; }
    public TransferModel Model { get; }
    public TransferMethod Method { get; }
    public ParameterSet Settings { get; }

    /// <summary>What the method does one after another.</summary>
    public IReadOnlyList<TrainingStage> Stages { get; }
    public DeviceSpec Device { get; }

    /// <summary>What evaluation does to an image: the network's own, at the run's image size.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The images, as evaluation and as training see them.</summary>
    public RunImages Images { get; }
    public int BatchSize => Settings.Integer(CommonParameters.BatchSize);

    /// <summary>Of all stages.</summary>
    public int Epochs => Stages.Sum(s => s.Epochs);

    /// <summary>Trains a job from start to end. Synchronous, on the calling thread: libtorch's scopes belong to a thread.</summary>
    /// <param name="job">The job.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="emit">Receives each event in order.</param>
    /// <param name="cancel">Stops the run at the next batch.</param>
    /// <param name="stop">Ends the training at the next step, once an epoch has ended; the best epoch's model is kept.</param>
    /// <exception cref="TrainingException">Something that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static TrainingOutcome Execute(
        JobSpec job,
        RunFolder folder,
        Action<RunEvent> emit,
        CancellationToken cancel,
        CancellationToken stop = default
    ) => Execute(job, folder, emit, cancel, Devices.ProcessorHasBFloat16, stop);

    /// <summary>The same as on a processor with or without bfloat16 instructions, which decide about warnings alone.</summary>
    internal static TrainingOutcome Execute(
        JobSpec job,
        RunFolder folder,
        Action<RunEvent> emit,
        CancellationToken cancel,
        bool processorHasBFloat16,
        CancellationToken stop = default
    )
    {
        using TrainingRun run = Prepare(job, emit);
        return new Trainer(run, new CheckpointStore(folder), emit, cancel, stop, processorHasBFloat16).Run();
    }

    /// <summary>Prepares a job, see <see cref="RunPreparation"/>.</summary>
    internal static TrainingRun Prepare(JobSpec job, Action<RunEvent> emit) => RunPreparation.Prepare(job, emit);

    /// <summary>Epochs of the stages that come before one.</summary>
    internal int EpochsBefore(TrainingStage stage) => Stages.TakeWhile(s => s != stage).Sum(s => s.Epochs);

    public void Dispose()
    {
        Method.Dispose();
        Model.Dispose();
        Images.Dispose();
    }
}

/// <summary>What a run achieved.</summary>
/// <param name="BestEpoch">The epoch whose weights were kept, from 1.</param>
/// <param name="BestMetric">Its validation top-1, or mAP of images with several labels, 0…1, also where epochs are kept by another
/// figure; null without validation
/// images.</param>
/// <param name="StoppedAtEpoch">The epoch in which training stopped on request; null where it went to its planned end.</param>
public sealed record TrainingOutcome(int BestEpoch, double? BestMetric, int? StoppedAtEpoch = null);
