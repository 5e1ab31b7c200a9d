using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Experiments;

/// <summary>Which configuration of an experiment is the best, and how far that can be trusted.</summary>
public sealed class ExperimentRankingTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public void Best_IsTheConfigurationWithTheBestMean_NotTheOneWithTheBestFold()
    {
        var experiment = Experiment.Of([Fold(1, 0, 0.99), Fold(1, 1, 0.61), Fold(2, 0, 0.85), Fold(2, 1, 0.83)]);

        Assert.Equal(ExperimentType.Comparison, experiment.Type);
        Assert.Equal("Configuration 2", experiment.Best!.Name);
        Assert.Equal("84.0 % ± 1.4", experiment.Best.Accuracy.ToString());
        Assert.Equal("Configuration 1", experiment.Second!.Name);
        Assert.False(experiment.IsProvisional);
        Assert.Equal(0.85, experiment.Best.Best!.BestTop1);
    }

    [Fact]
    public void Best_WhileFoldsAreOpen_IsProvisional_AndACompleteMeanCountsMoreThanOneFold()
    {
        var experiment = Experiment.Of([Fold(1, 0, 0.80), Fold(1, 1, 0.82), Fold(2, 0, 0.95), Fold(2, 1, null, RunStatus.Queued)]);

        Assert.Equal("Configuration 1", experiment.Best!.Name);
        Assert.True(experiment.IsProvisional);
        Assert.Contains(ExperimentNote.Of(experiment, null), n => n.Text.StartsWith("Provisional: 3 of 4 runs", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Queued, experiment.Status);
    }

    [Fact]
    public void Best_OfASearch_IsOneOfTheLastRound_AndTheSearchIsProvisionalBetweenRounds()
    {
        SearchPlan plan = new()
        {
            Trials = 4,
            SuccessiveHalving = true,
            Ranges = [],
            Epochs = 9,
        };
        Run[] first = [.. Enumerable.Range(1, 4).Select(t => SampleExperiment.Run(0.5 + t / 10.0, trial: t, search: plan))];
        Run second = SampleExperiment.Run(0.7, trial: 3, round: 1, search: plan);

        Assert.True(Experiment.Of(first).IsProvisional);
        // While the further round of a trial runs, its last result counts.
        Run next = SampleExperiment.Run(null, trial: 4, round: 1, search: plan, status: RunStatus.Queued);
        Assert.Equal((4, RunStatus.Queued, 1), Experiment.Of([.. first, next]).Best is { } b ? (b.Number, b.Status, b.Open) : default);
        // A cancelled trial ends the search.
        Assert.False(Experiment.Of([.. first.Skip(1), first[0] with { Status = RunStatus.Cancelled, BestTop1 = null }]).IsProvisional);
        var experiment = Experiment.Of([.. first, second]);
        Assert.Equal((3, 1), (experiment.Best!.Number, experiment.Best.Round));
        Assert.Equal([3, 4, 2, 1], experiment.Configurations.Select(c => c.Number));
    }

    [Fact]
    public void Gain_OverFolds_CountsEachImageOnce_AndOverSeedsTheirMean()
    {
        // Ten images in two folds; the one is right about all of them, the other about four.
        Run[] one = [Answered(Fold(1, 0, 1), "11111"), Answered(Fold(1, 1, 1), "11111")],
            other = [Answered(Fold(2, 0, 0.4), "11000"), Answered(Fold(2, 1, 0.4), "00011")];

        PairedGain gain = _app.Get<RunAnswers>().ValidationGain(one, other)!;

        Assert.Equal((10, 0.6), (gain.Images, Math.Round(gain.Difference, 9)));
        Assert.True(gain.IsGain);
        Run[] seedsOne = [Answered(SampleExperiment.Run(1, seed: 1), "1111"), Answered(SampleExperiment.Run(1, seed: 2), "1110")],
            seedsOther = [Answered(SampleExperiment.Run(1, seed: 2), "1100"), Answered(SampleExperiment.Run(1, seed: 1), "1100")];
        PairedGain mean = _app.Get<RunAnswers>().ValidationGain(seedsOne, seedsOther)!;
        Assert.Equal((4, 0.375), (mean.Images, mean.Difference));
        Assert.False(mean.IsGain);
        // What was never asked is not compared.
        Assert.Null(_app.Get<RunAnswers>().ValidationGain([Fold(1, 0, 1)], [Fold(2, 0, 1)]));
    }

    [Fact]
    public void Notes_SayWhetherTheDifferenceIsSignificant_AndThatTheFigureIsOptimistic()
    {
        var experiment = Experiment.Of([Fold(1, 0, 0.9), Fold(2, 0, 0.8)]);

        string[] clear = [.. ExperimentNote.Of(experiment, new PairedGain(0.1, 0.02, 0.18, 100)).Select(n => n.Text)],
            unclear = [.. ExperimentNote.Of(experiment, new PairedGain(0.1, -0.02, 0.22, 50)).Select(n => n.Text)];

        Assert.Contains("Significantly better than Configuration 2 (+10.0 points, 95 % CI +2.0 to +18.0).", clear);
        Assert.Contains(unclear, t => t.StartsWith("Not significantly better than Configuration 2", StringComparison.Ordinal));
        Assert.Contains(clear, t => t.StartsWith("Optimistic: the best configuration", StringComparison.Ordinal));
    }

    [Fact]
    public void BestSoFar_ComparesOnlyResultsOnTheSameImages_AndNamesThem()
    {
        Run otherData = Alone(0.99) is var r
            ? r with
            {
                Job = r.Job with { Data = r.Job.Data with { Manifest = "datasets/d/v2.jsonl" } },
            }
            : r;
        Run[] runs = [otherData, Fold(1, 0, 0.97), Fold(1, 1, 0.98), Alone(0.70), Alone(0.80), Alone(0.75)];

        BestSoFar best = BestSoFar.Of(runs)!;

        Assert.Equal((runs[4].Name, "80.0 %", 3, "Data v1, validation"), (best.Name, best.Accuracy.ToString(), best.Compared, best.On));
        // The mean of the folds, not the best of them, where these are the latest.
        best = BestSoFar.Of([Alone(0.99), Fold(7, 0, 0.5), Fold(7, 1, 0.6)])!;
        Assert.Equal(
            ("Configuration 7", 0.55, 1, "Data v1, 2 folds"),
            (best.Name, Math.Round(best.Accuracy.Mean, 9), best.Compared, best.On)
        );
        Assert.Null(BestSoFar.Of([Alone(null)]));
    }

    private static Run Alone(double? top1) => SampleExperiment.Run(top1, experiment: null);

    private static Run Fold(int configuration, int index, double? top1, RunStatus status = RunStatus.Succeeded) =>
        SampleExperiment.Run(top1, trial: configuration, fold: new Fold(index, 2), status: status);

    private Run Answered(Run run, string answers)
    {
        RunFolder folder = _app.Get<DataFolder>().Run(run.Id);
        folder.Create();
        using var events = new RunEventWriter(folder.Events);
        events.Append(
            new EvaluationCompleted
            {
                Split = Split.Validation,
                Metrics = new Dictionary<string, double>(),
                ConfusionMatrix = [],
                Mistakes = [],
                Answers = answers,
            }
        );
        return run;
    }
}
