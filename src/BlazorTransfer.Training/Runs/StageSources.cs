using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Training.Runs;

/// <summary>
/// Where the batches of a stage come from. What is frozen is computed once, where every epoch sees the same pictures and there is room, in
/// memory or in the cache; otherwise, they are images. What is only looked at never changes, so its frozen part is always worth keeping.
/// </summary>
/// <param name="Train">What the method learns from; with the target's images beside them where it asks for these.</param>
/// <param name="Validation">The source's validation split; no images in a run that trains on all of them.</param>
/// <param name="Scored">Labelled images of the target domain; null where there are none.</param>
/// <param name="Adapted">Those images of the target that are adapted to, as evaluation sees them; null where none are.</param>
internal sealed record StageSources(BatchSource Train, BatchSource Validation, BatchSource? Scored, BatchSource? Adapted) : IDisposable
{
    /// <summary>Images of the target to look at: those with labels, or else those that are adapted to; null where there is no
    /// target.</summary>
    public BatchSource? Seen => Scored ?? Adapted;

    /// <summary>Images of the target to tell without labels how well it goes: those that are adapted to, or else any; null where there is
    /// no target.</summary>
    public BatchSource? Unlabelled => Adapted ?? Scored;

    public static StageSources Prepare(
        TrainingRun run,
        TrainingStage stage,
        RunProgress progress,
        Action<RunEvent> emit,
        CancellationToken cancel
    )
    {
        ImageBatches validation = run.Images.Evaluation(Split.Validation);
        ImageBatches? scored = run.Images.TargetScored,
            adapted = stage.Method.AdaptsToTarget ? run.Images.Target : null;
        StageSources images = new(Images(run, stage), validation, scored, adapted);
        int entry = stage.Method.FrozenGroups(run.Model);
        (int views, Message? whyNone) = KeptViews.Of(stage, entry, run.Preprocessing.CropSize);
        if (whyNone is not null)
            emit(MessageLogged.Of(MessageLevel.Information, whyNone));
        if (entry == 0)
            return images;
        ImageBatches? validated = validation.Samples.Count == 0 ? null : validation;
        ImageBatches[] looked = [.. new[] { validated, scored, adapted }.OfType<ImageBatches>()];
        using FrozenTrunk trunk = FrozenTrunk.Of(run.Model, entry, run.Settings);
        int train = run.Data.Of(Split.Train).Count,
            others = looked.Sum(l => l.Samples.Count),
            first = run.EpochsBefore(stage) + 1;
        var extraction = new FeatureExtraction(run, trunk, progress, cancel);
        if (views > 0 && !extraction.HasRoomFor(others + views * train))
        {
            emit(
                MessageLogged.Of(
                    MessageLevel.Warning,
                    Message.Of(
                        "features.too-many-views",
                        $"{views} views of {train} images are too many to be kept, so that each epoch draws its own. Keep "
                            + $"fewer, or freeze more layers."
                    )
                )
            );
            views = 0;
        }

        int count = others + train * (stage.Augments ? views : 1);
        if (!extraction.Begin(count))
            return images;
        FeatureBatches[] kept = [.. looked.Select(l => extraction.Compute(Pictures.Plain(l)))];
        BatchSource learned = images.Train;
        if (!stage.Augments)
            learned = extraction.Compute(Pictures.Plain(run.Images.Evaluation(Split.Train)));
        else if (views > 0)
            learned = new ViewBatches(
                [
                    .. Enumerable
                        .Range(first, views)
                        .Select(epoch =>
                            extraction.Compute(
                                Pictures.View(run.Images.Training(stage), run.Preprocessing.CropSize, epoch, stage.Settings, run.Job.Seed)
                            )
                        ),
                ],
                first
            );
        progress.Complete();
        if (extraction.Known > 0)
            emit(
                MessageLogged.Of(
                    MessageLevel.Information,
                    views > 0
                        ? Message.Of("features.views-known", $"Reused the features of {extraction.Known} of {count} images and views.")
                        : Message.Of("features.known", $"Reused the features of {extraction.Known} of {count} images.")
                )
            );
        FeatureBatches? Of(ImageBatches? source) => source is null ? null : kept[Array.IndexOf(looked, source)];
        return new StageSources(
            stage.Augments ? learned : Paired(run, learned, Of(adapted)),
            (BatchSource?)Of(validated) ?? validation,
            Of(scored),
            Of(adapted)
        );
    }

    /// <summary>What a method learns from, as images.</summary>
    public static BatchSource Images(TrainingRun run, TrainingStage stage) =>
        Paired(run, run.Images.Training(stage), stage.Method.AdaptsToTarget ? run.Images.TargetTraining(stage) : null);

    /// <summary>What a method learns from as evaluation sees it, where its steps see it changed.</summary>
    public static BatchSource Plain(TrainingRun run, TrainingStage stage) =>
        Paired(run, run.Images.Evaluation(Split.Train), stage.Method.AdaptsToTarget ? run.Images.Target : null);

    public void Dispose()
    {
        (Train as IDisposable)?.Dispose();
        (Validation as IDisposable)?.Dispose();
        (Scored as IDisposable)?.Dispose();
        (Adapted as IDisposable)?.Dispose();
    }

    /// <summary>The source with the target beside it, where there is one.</summary>
    public static BatchSource Paired(TrainingRun run, BatchSource source, BatchSource? target) =>
        target is null ? source : new DomainPair(source, target, run.Job.Seed);
}
