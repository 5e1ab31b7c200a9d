using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Augmentation;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>A job made ready to train: everything that can be wrong with it was found before the first step.</summary>
public sealed class TrainingRun : IDisposable
{
    private readonly DecodedImages _decoded;
    private readonly ImageStore _images;
    private readonly ImageStore? _targetImages;

    private TrainingRun(
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
        Preprocessing = PreprocessingOf(model.Backbone.Spec, settings);
        _decoded = DecodedImages.Of(job.FeatureCache);
        _images = new ImageStore(job.Data.ImageRoot, Preprocessing.ResizeShorterSide, _decoded);
        _targetImages = job.Target is null ? null : new ImageStore(job.Target.Data.ImageRoot, Preprocessing.ResizeShorterSide, _decoded);
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
    public int BatchSize => Settings.Integer(CommonParameters.BatchSize);

    /// <summary>Of all stages.</summary>
    public int Epochs => Stages.Sum(s => s.Epochs);

    /// <summary>Trains a job from start to end. Synchronous, on the calling thread: libtorch's scopes belong to a thread.</summary>
    /// <param name="job">The job.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="emit">Receives each event in order.</param>
    /// <param name="cancel">Stops the run at the next batch.</param>
    /// <exception cref="TrainingException">Something that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static TrainingOutcome Execute(JobSpec job, RunFolder folder, Action<RunEvent> emit, CancellationToken cancel) =>
        Execute(job, folder, emit, cancel, Devices.ProcessorHasBFloat16);

    /// <summary>The same as on a processor with or without bfloat16 instructions, which decide about warnings alone.</summary>
    internal static TrainingOutcome Execute(
        JobSpec job,
        RunFolder folder,
        Action<RunEvent> emit,
        CancellationToken cancel,
        bool processorHasBFloat16
    )
    {
        using TrainingRun run = Prepare(job, emit);
        return new Trainer(run, new CheckpointStore(folder), emit, cancel, processorHasBFloat16).Run();
    }

    /// <summary>The images of a split as evaluation sees them.</summary>
    public ImageBatches Evaluation(Split split) => Evaluation(Data.Of(split), _images);

    /// <summary>The images of the target that are adapted to, as evaluation sees them; null where there are none.</summary>
    public ImageBatches? TargetImages => Target is { Adapting.Count: > 0 } ? Evaluation(Target.Adapting, _targetImages!) : null;

    /// <summary>The images of the target that score, as evaluation sees them; null where there are none.</summary>
    public ImageBatches? TargetScored => Target is { Scored.Count: > 0 } ? Evaluation(Target.Scored, _targetImages!) : null;

    /// <summary>The training images of a stage, each epoch drawn anew as its augmentation says.</summary>
    public BatchSource Training(TrainingStage stage) => Drawn(stage, Data.Of(Split.Train), _images, mixes: true);

    /// <summary>The images of the target that are adapted to, drawn anew in the same way.</summary>
    public BatchSource TargetTraining(TrainingStage stage) => Drawn(stage, Target!.Adapting, _targetImages!, mixes: false);

    /// <summary>Lets the method of a stage learn what it must know of the training images, where a stage is only tried out.</summary>
    internal void PrepareMethod(TrainingStage stage, CancellationToken cancel)
    {
        if (stage.Method.PreparationPasses > 0)
            stage.Method.Prepare(Model, StageSources.Plain(this, stage), BatchSize, _ => { }, cancel);
    }

    /// <summary>Of the stages that come first.</summary>
    internal int EpochsBefore(TrainingStage stage) => Stages.TakeWhile(s => s != stage).Sum(s => s.Epochs);

    /// <exception cref="TrainingException">The method takes no steps, so that there is nothing to find about them.</exception>
    internal void RequireSteps()
    {
        if (Stages[^1].Method.FitsAtOnce)
            throw TrainingException.BadInput("This method finds its model at once: it has neither a learning rate nor batches to choose.");
    }

    public void Dispose()
    {
        Method.Dispose();
        Model.Dispose();
        _decoded.Dispose();
    }

    private BatchSource Drawn(TrainingStage stage, IReadOnlyList<Sample> samples, ImageStore images, bool mixes)
    {
        ImageBatches batches = RandomCrop.From(stage.Settings) is not { } crop
            ? Evaluation(samples, images)
            : Batches(
                samples,
                epoch =>
                    crop.Reader(
                        images,
                        Preprocessing.WithInput(stage.Method.ImageSize(Preprocessing.CropSize, epoch - EpochsBefore(stage), stage.Epochs))
                    )
            );
        return AugmentedBatches.Of(batches, stage.Settings, Preprocessing, mixes);
    }

    private ImageBatches Evaluation(IReadOnlyList<Sample> samples, ImageStore images)
    {
        InputReader reader = InputReader.Evaluation(images, Preprocessing);
        return Batches(samples, _ => reader);
    }

    private ImageBatches Batches(IReadOnlyList<Sample> samples, Func<int, InputReader> reader) =>
        new(samples, Data.Classes, reader, Job.Seed, Model.Device);

    /// <summary>What evaluation does to an image: the network's own, at the size that the settings say.</summary>
    internal static Preprocessing PreprocessingOf(BackboneSpec backbone, ParameterSet settings)
    {
        int side = settings.Integer(CommonParameters.ImageSize);
        return side == 0 ? backbone.Preprocessing : backbone.Preprocessing.WithInput(side);
    }

    /// <summary>Everything but the training. The weights' file is read and never written.</summary>
    internal static TrainingRun Prepare(JobSpec job, Action<RunEvent> emit)
    {
        (TransferMethod method, ParameterSet settings) = TransferMethodRegistry.Create(job.Method, job.Parameters);
        (Device device, DeviceSpec deviceSpec) = Devices.Resolve(job.Device);
        if (settings.Integer(CommonParameters.Threads) is > 0 and int threads)
            set_num_threads(threads);
        Devices.UsesTf32 = settings.Boolean(CommonParameters.Tf32);
        DatasetManifest data = RunData.Load(job);
        TargetDomain? target = RunData.LoadTarget(job, data, TransferMethodRegistry.All.Single(m => m.Name == job.Method), emit);
        // Before the seed, since building it draws weights: with a teacher or without, a run draws the same.
        TeacherNetwork? teacher = LoadTeacher(job, data.Classes, settings, device, emit);
        manual_seed(job.Seed);
        IReadOnlyList<ModelTask> tasks = RunData.TasksOf(job, data);
        Backbone backbone = BackboneRegistry.Create(job.Backbone, TransferModel.OutputsOf(data.Classes, tasks), method.Head);
        CheckImageSize(backbone, settings);
        var model = new TransferModel(backbone, data.Classes, device)
        {
            Tasks = tasks,
            Source = LoadWeights(backbone, job, data.Classes, tasks, device, emit),
            Teacher = teacher,
        };
        backbone.to(device);
        if (settings.Boolean(CommonParameters.ClassWeights))
        {
            model.WeighClasses([.. data.Classes.Select(c => data.Of(Split.Train).Count(s => s.Label == c))]);
            model.WeighLabels(data.Of(Split.Train));
        }

        method.Configure(model);
        return new TrainingRun(job, data, target, model, method, settings, deviceSpec);
    }

    /// <summary>A network reduces its input step by step, and one that is too small comes to nothing: better said now than by
    /// libtorch.</summary>
    private static void CheckImageSize(Backbone backbone, ParameterSet settings)
    {
        int side = PreprocessingOf(backbone.Spec, settings).CropSize;
        if (side == backbone.Spec.Preprocessing.CropSize)
            return;
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        backbone.eval();
        try
        {
            backbone.call(zeros(1, 3, side, side));
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw TrainingException.BadInput(
                $"{backbone.Spec.DisplayName} cannot take images of {side} pixels. Choose a larger image size; its own is "
                    + $"{backbone.Spec.Preprocessing.CropSize}.",
                e
            );
        }
    }

    /// <summary>Loads what the network starts from.</summary>
    /// <returns>The network as it was pretrained, where the method asks for it.</returns>
    private static TransferModel? LoadWeights(
        Backbone backbone,
        JobSpec job,
        IReadOnlyList<string> classes,
        IReadOnlyList<ModelTask> tasks,
        Device device,
        Action<RunEvent> emit
    )
    {
        WeightsSpec weights = job.Weights;
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => m.Name == job.Method);
        if (!method.TakesWeights && weights.File is not null)
            throw TrainingException.BadInput($"'{job.Method}' starts from random weights. To train on from these, choose fine-tuning.");
        if (weights.File is null)
        {
            if (method.Source != SourceUse.None)
                throw TrainingException.BadInput(
                    $"{method.DisplayName} needs pretrained weights. To start from random ones, choose another method."
                );
            if (!method.TakesWeights)
                return null;
            emit(
                new MessageLogged
                {
                    Level = MessageLevel.Warning,
                    Text = "The network starts from random weights: nothing is transferred, so expect less accuracy from few images.",
                }
            );
            return null;
        }

        try
        {
            IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(weights.File);
            LoadReport report = WeightsLoader.Load(backbone, tensors, HasTheseClasses(weights.File, classes, tasks));
            emit(
                new MessageLogged
                {
                    Level = MessageLevel.Information,
                    Text =
                        $"Loaded {report.Loaded.Count} tensors from {weights.Name ?? Path.GetFileName(weights.File)}"
                        + (report.HeadLoaded ? ", the head included." : "; the head is new."),
                }
            );
            return method.Source == SourceUse.None ? null : SourceNetwork(job.Backbone, tensors, method, device);
        }
        catch (IOException e)
        {
            throw TrainingException.BadInput($"The weights '{weights.Name ?? weights.File}' cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Loads what the network learns from beside the labels, where the method takes that.</summary>
    private static TeacherNetwork? LoadTeacher(
        JobSpec job,
        IReadOnlyList<string> classes,
        ParameterSet settings,
        Device device,
        Action<RunEvent> emit
    )
    {
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => m.Name == job.Method);
        if (job.Teacher is not { } spec)
            return method.TakesTeacher
                ? throw TrainingException.BadInput($"{method.DisplayName} learns from an earlier run's model: name the teacher.")
                : null;
        if (!method.TakesTeacher)
            throw TrainingException.BadInput(
                $"{method.DisplayName} takes no teacher. To learn from an earlier run's model, choose distillation."
            );
        BackboneSpec student =
            BackboneRegistry.All.FirstOrDefault(b => b.Name == job.Backbone)
            ?? throw TrainingException.BadInput($"There is no backbone '{job.Backbone}'.");
        try
        {
            TeacherNetwork teacher = TeacherNetwork.Load(spec.File, classes, PreprocessingOf(student, settings), device);
            emit(
                new MessageLogged
                {
                    Level = MessageLevel.Information,
                    Text = $"The teacher is {spec.Name ?? Path.GetFileName(spec.File)}: {teacher}.",
                }
            );
            return teacher;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TrainingException.BadInput($"The teacher '{spec.Name ?? spec.File}' cannot be used: {e.Message}", e);
        }
    }

    private static TransferModel SourceNetwork(
        string name,
        IReadOnlyDictionary<string, TensorData> tensors,
        TransferMethodSpec method,
        Device device
    )
    {
        FileHead? head = WeightsLoader.HeadOf(name, tensors);
        if (head is null && method.Source == SourceUse.TrunkAndHead)
            throw new WeightsException(
                $"they have no head, and {method.DisplayName} needs that of the classes they were trained on. Choose weights "
                    + "with their head, or another method."
            );
        int classes = head?.Classes ?? 1;
        Backbone source = BackboneRegistry.Create(name, classes, head?.Hidden);
        WeightsLoader.Load(source, tensors);
        foreach (Parameter parameter in source.parameters())
            parameter.requires_grad = false;
        source.eval();
        source.to(device);
        return new TransferModel(source, [.. Enumerable.Range(1, classes).Select(c => $"source class {c}")], device);
    }

    /// <summary>
    /// A head means nothing without its classes: only a file that names the same ones in the same order gives its own. Whether it has the
    /// same
    /// hidden layer, its tensors say.
    /// </summary>
    private static bool HasTheseClasses(string weights, IReadOnlyList<string> classes, IReadOnlyList<ModelTask> tasks)
    {
        string path = ModelDescription.PathBeside(weights);
        return File.Exists(path)
            && ModelDescription.Load(path) is var description
            && description.Classes.SequenceEqual(classes)
            && (description.LabelSets ?? []).SequenceEqual(tasks.Select(t => t.Labels));
    }
}

/// <summary>What a run achieved.</summary>
/// <param name="BestEpoch">The epoch whose weights were kept, from 1.</param>
/// <param name="BestMetric">Its validation top-1, 0…1, also where epochs are kept by another figure.</param>
public sealed record TrainingOutcome(int BestEpoch, double BestMetric);
