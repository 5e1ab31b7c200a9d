using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Augmentation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>The images of a run: of its data set and of the target domain, as evaluation and as training see them.</summary>
public sealed class RunImages : IDisposable
{
    private readonly JobSpec _job;
    private readonly DatasetManifest _data;
    private readonly TargetDomain? _target;
    private readonly Preprocessing _preprocessing;
    private readonly Device _device;
    private readonly Func<TrainingStage, int> _epochsBefore;
    private readonly DecodedImages _decoded;
    private readonly ImageStore _images;
    private readonly ImageStore? _targetImages;

    internal RunImages(
        JobSpec job,
        DatasetManifest data,
        TargetDomain? target,
        Preprocessing preprocessing,
        Device device,
        Func<TrainingStage, int> epochsBefore
    )
    {
        (_job, _data, _target, _preprocessing, _device, _epochsBefore) = (job, data, target, preprocessing, device, epochsBefore);
        _decoded = DecodedImages.Of(job.FeatureCache);
        _images = new ImageStore(job.Data.ImageRoot, preprocessing.ResizeShorterSide, _decoded);
        _targetImages = job.Target is null ? null : new ImageStore(job.Target.Data.ImageRoot, preprocessing.ResizeShorterSide, _decoded);
    }

    /// <summary>The images of a split as evaluation sees them.</summary>
    public ImageBatches Evaluation(Split split) => Evaluation(_data.Of(split), _images);

    /// <summary>The images of the target that are adapted to, as evaluation sees them; null where there are none.</summary>
    public ImageBatches? Target => _target is { Adapting.Count: > 0 } ? Evaluation(_target.Adapting, _targetImages!) : null;

    /// <summary>The images of the target that score, as evaluation sees them; null where there are none.</summary>
    public ImageBatches? TargetScored => _target is { Scored.Count: > 0 } ? Evaluation(_target.Scored, _targetImages!) : null;

    /// <summary>The training images of a stage, each epoch drawn anew as its augmentation says.</summary>
    public BatchSource Training(TrainingStage stage) => Drawn(stage, _data.Of(Split.Train), _images, mixes: true);

    /// <summary>The images of the target that are adapted to, drawn anew in the same way.</summary>
    public BatchSource TargetTraining(TrainingStage stage) => Drawn(stage, _target!.Adapting, _targetImages!, mixes: false);

    public void Dispose() => _decoded.Dispose();

    private BatchSource Drawn(TrainingStage stage, IReadOnlyList<Sample> samples, ImageStore images, bool mixes)
    {
        ImageBatches batches = RandomCrop.From(stage.Settings) is not { } crop
            ? Evaluation(samples, images)
            : Batches(
                samples,
                epoch =>
                    crop.Reader(
                        images,
                        _preprocessing.WithInput(
                            stage.Method.ImageSize(_preprocessing.CropSize, epoch - _epochsBefore(stage), stage.Epochs)
                        )
                    )
            );
        return AugmentedBatches.Of(batches, stage.Settings, _preprocessing, mixes);
    }

    private ImageBatches Evaluation(IReadOnlyList<Sample> samples, ImageStore images)
    {
        InputReader reader = InputReader.Evaluation(images, _preprocessing);
        return Batches(samples, _ => reader);
    }

    private ImageBatches Batches(IReadOnlyList<Sample> samples, Func<int, InputReader> reader) =>
        new(samples, _data.ClassTask, reader, _job.Seed, _device);
}
