using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.Tests.Runs;

/// <summary>A run that somebody stops early keeps and evaluates the model of its best epoch.</summary>
public sealed class StoppedRunTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    /// <summary>Steps are reported at most every so often, so the request comes at any step of the epoch: one after the last finishes
    /// it.</summary>
    [Fact]
    public void Execute_StoppedInTheThirdEpoch_EvaluatesTheBestOfThoseThatEnded()
    {
        (RunFolder folder, List<RunEvent> events) = Stop("fine-tuning", e => e is StepCompleted { Epoch: 3 }, ("epochs", 50));

        EpochCompleted[] epochs = [.. events.OfType<EpochCompleted>()];
        Assert.InRange(epochs.Length, 2, 3);
        AssertKept(folder, events, epochs.Last(e => e.IsBest));
        Assert.Contains("Stopped early at epoch 3 of 50", Message(events), StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_StoppedBeforeAnEpochEnded_FinishesThatEpoch()
    {
        (RunFolder folder, List<RunEvent> events) = Stop("fine-tuning", e => e is RunStarted, ("epochs", 50));

        AssertKept(folder, events, Assert.Single(events.OfType<EpochCompleted>()));
        Assert.Contains("Stopped early at epoch 1 of 50", Message(events), StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_StoppedInTheFirstOfTwoStages_SkipsTheSecond()
    {
        (RunFolder folder, List<RunEvent> events) = Stop(
            "lp-ft",
            e => e is EpochCompleted { Epoch: 1 },
            ("probe-epochs", 3),
            ("epochs", 4)
        );

        AssertKept(folder, events, Assert.Single(events.OfType<EpochCompleted>()));
        Assert.StartsWith("Stopped early at epoch 1 of ", Message(events), StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_StoppedAfterTheLastEpoch_HasNotStoppedEarly()
    {
        (_, List<RunEvent> events) = Stop("fine-tuning", e => e is EpochCompleted { Epoch: 2 }, ("epochs", 2));

        Assert.Equal(2, events.OfType<EpochCompleted>().Count());
        Assert.Equal("", Message(events));
    }

    private (RunFolder Folder, List<RunEvent> Events) Stop(
        string method,
        Func<RunEvent, bool> when,
        params (string Name, BlazorTransfer.Core.Catalog.ParameterValue Value)[] parameters
    )
    {
        using var stop = new CancellationTokenSource();
        return _small.Execute(
            _small.Job(
                method,
                "squeezenet1_1",
                method == "lp-ft" ? _small.Weights("squeezenet1_1") : null,
                [.. parameters, ("image-size", 64), ("batch-size", 4)]
            ),
            e =>
            {
                if (when(e))
                    stop.Cancel();
            },
            stop: stop.Token
        );
    }

    private static void AssertKept(RunFolder folder, List<RunEvent> events, EpochCompleted best)
    {
        ModelDescription kept = ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint));
        Assert.Equal(best.Epoch, kept.Epoch);
        EvaluationCompleted evaluation = events.OfType<EvaluationCompleted>().Single(e => e.Split == Split.Validation);
        Assert.Equal(best.Metrics["validation.top1"], evaluation.Metrics["validation.top1"], 6);
    }

    private static string Message(List<RunEvent> events) =>
        events.OfType<MessageLogged>().SingleOrDefault(m => m.Text.StartsWith("Stopped early", StringComparison.Ordinal))?.Text ?? "";
}
