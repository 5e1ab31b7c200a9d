using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Images;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Training;

/// <summary>
/// Where the batches of a stage come from. What is frozen is computed once, where every epoch sees the same pictures and there is room, in
/// memory or in the cache; otherwise, they are images. What is only looked at never changes, so its frozen part is always worth keeping.
/// </summary>
/// <param name="Train">What the method learns from; with the target's images beside them where it asks for these.</param>
/// <param name="Validation">The source's validation split.</param>
/// <param name="Scored">Labelled images of the target domain; null where there are none.</param>
/// <param name="Adapted">Those images of the target that are adapted to, as evaluation sees them; null where none are.</param>
internal sealed record StageSources(BatchSource Train, BatchSource Validation, BatchSource? Scored, BatchSource? Adapted) : IDisposable
{
    /// <summary>Images of the target to look at: those with labels, or else those that are adapted to; null where there is no target.</summary>
    public BatchSource? Seen => Scored ?? Adapted;

    /// <summary>Images of the target to tell without labels how well it goes: those that are adapted to, or else any; null where there is no target.</summary>
    public BatchSource? Unlabelled => Adapted ?? Scored;

    public static StageSources Prepare(TrainingRun run, TrainingStage stage, RunProgress progress, Action<RunEvent> emit, CancellationToken cancel)
    {
        bool adapts = stage.Method.AdaptsToTarget, keepsTrain = !stage.Augments;
        ImageBatches validation = run.Evaluation(Split.Validation);
        ImageBatches? scored = run.TargetScored;
        ImageBatches? adapted = adapts ? run.TargetImages : null;
        StageSources images = new(Images(run, stage), validation, scored, adapted);
        int entry = stage.Method.FrozenGroups(run.Model);
        if (entry == 0) return images;
        ImageBatches?[] kept = [validation, scored, adapted, .. keepsTrain ? new[] { run.Evaluation(Split.Train) } : []];
        int count = kept.Sum(k => k?.Samples.Count ?? 0), known = 0, before = 0;
        int row = (int)FeatureBatches.ShapeAt(run.Model, entry, run.Preprocessing.CropSize).Aggregate(1L, (a, b) => a * b);
        long bytes = (long)row * sizeof(float) * count;
        using FrozenTrunk trunk = FrozenTrunk.Of(run.Model, entry, run.Settings);
        FeatureCache? cache = run.Job.FeatureCache is { } spec && bytes <= spec.MaximumBytes ? FeatureCache.Open(spec, trunk, run.Preprocessing, row) : null;
        bool inMemory = bytes <= FeatureBatches.MemoryBytes;
        if (!inMemory && cache is null) return images;
        progress.Start(RunPhase.ExtractingFeatures, count, "images");
        BatchSource?[] features =
        [
            .. kept.Select(of =>
            {
                if (of is null) return null;
                FeatureBatches computed = FeatureBatches.Compute(trunk, of, cache, inMemory, done => progress.Report(before + done), cancel);
                before += of.Samples.Count;
                known += computed.Known;
                return computed;
            }),
        ];
        progress.Complete();
        if (known > 0) emit(new MessageLogged { Level = MessageLevel.Information, Text = $"The features of {known} of {count} images were known from earlier runs." });
        return new StageSources(keepsTrain ? Paired(run, features[3]!, features[2]) : images.Train, features[0]!, features[1], features[2]);
    }

    /// <summary>What a method learns from, as images.</summary>
    public static BatchSource Images(TrainingRun run, TrainingStage stage) => Paired(run, run.Training(stage), stage.Method.AdaptsToTarget ? run.TargetTraining(stage) : null);

    /// <summary>What a method learns from as evaluation sees it, where its steps see it changed.</summary>
    public static BatchSource Plain(TrainingRun run, TrainingStage stage) => Paired(run, run.Evaluation(Split.Train), stage.Method.AdaptsToTarget ? run.TargetImages : null);

    public void Dispose()
    {
        (Train as IDisposable)?.Dispose();
        (Validation as IDisposable)?.Dispose();
        (Scored as IDisposable)?.Dispose();
        (Adapted as IDisposable)?.Dispose();
    }

    /// <summary>The source with the target beside it, where there is one.</summary>
    public static BatchSource Paired(TrainingRun run, BatchSource source, BatchSource? target) => target is null ? source : new DomainPair(source, target, run.Job.Seed);
}
