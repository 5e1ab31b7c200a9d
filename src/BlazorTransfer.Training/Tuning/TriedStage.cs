using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Training.Tuning;

/// <summary>The last stage of a run, of which finders take a few steps without training it.</summary>
internal static class TriedStage
{
    /// <exception cref="TrainingException">The method takes no steps, so that there is nothing to find about them.</exception>
    public static TrainingStage Of(TrainingRun run) =>
        run.Stages[^1].Method.FitsAtOnce
            ? throw TrainingException.BadInput(
                "tuning.fits-at-once",
                $"This method finds its model at once: it has neither a learning rate nor batches to choose."
            )
            : run.Stages[^1];

    /// <summary>Brings method and model to the stage's last epoch: all that learns in the stage learns, and images have their full
    /// size.</summary>
    public static void BeginLastEpoch(TrainingRun run, TrainingStage stage, CancellationToken cancel)
    {
        if (stage.Method.PreparationPasses > 0)
            stage.Method.Prepare(run.Model, StageSources.Plain(run, stage), run.BatchSize, _ => { }, cancel);
        stage.Method.OnEpochStart(run.Model, stage.Epochs);
    }
}
