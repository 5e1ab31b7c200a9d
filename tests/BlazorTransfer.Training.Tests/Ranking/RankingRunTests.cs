using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Ranking;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Ranking;

public sealed class RankingRunTests : IDisposable
{
    private readonly SmallRun _small = new(imagesPerClass: 12);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Ranking_ListsWhatCannotBeRead_AndRanksTheRest()
    {
        string garbage = Path.Combine(_small.Folder, "garbage.pth");
        File.WriteAllText(garbage, "these are no weights");
        var events = new List<RankingEvent>();

        RankingReport report = RankingRun.Execute(
            NewJob() with
            {
                Candidates =
                [
                    new RankingCandidate("inferred", null, _small.Weights("resnet20_cifar"), "id"),
                    new RankingCandidate("garbage", null, garbage),
                    new RankingCandidate("gone", "resnet20_cifar", Path.Combine(_small.Folder, "none.pth")),
                    new RankingCandidate("misfit", "resnet32_cifar", _small.Weights("resnet20_cifar")),
                    new RankingCandidate("unknown", "no-such-network", null),
                    RankingCandidate.Random("resnet20_cifar"),
                ],
            },
            events.Add,
            CancellationToken.None
        );

        Assert.Equal(
            ["inferred", "resnet20_cifar, random initialisation"],
            report.Candidates.Where(c => c.Scores is not null).Select(c => c.Name)
        );
        Assert.All(report.Candidates.Where(c => c.Scores is null), c => Assert.True(c.Error!.English.Length > 10, c.Error));
        RankedCandidate first = report.Candidates[0];
        Assert.Equal(("resnet20_cifar", "id", false), (first.Backbone, first.WeightsId, first.IsRandom));
        Assert.True(
            first.Scores is { ImagesPerSecond: > 0, FeatureDim: 64, HScore: >= 0 and <= 3, Accuracy: >= 0 and <= 1 }
                && double.IsFinite(first.Scores.LogMe)
        );
        Assert.Equal(report.Candidates, events.OfType<CandidateRanked>().Select(e => e.Candidate));
        Assert.IsType<RankingFinished>(events[^1]);
        Assert.Equal(
            events.OfType<RankingProgressed>().Select(p => p.Fraction).Order(),
            events.OfType<RankingProgressed>().Select(p => p.Fraction)
        );
    }

    [Fact]
    public void Ranking_LooksAtTrainingImagesOnly()
    {
        RankingJob job = NewJob();
        DatasetManifest data = DatasetManifest.Load(job.Data.Manifest);
        foreach (Sample sample in data.Samples.Where(s => s.Split != Split.Train))
            File.Delete(Path.Combine(_small.Images, sample.File));

        RankingReport report = RankingRun.Execute(job, _ => { }, CancellationToken.None);

        Assert.Equal((data.Of(Split.Train).Count, data.Of(Split.Train).Count), (report.Images, report.TrainImages));
        Assert.NotNull(report.Candidates[0].Scores);
    }

    [Fact]
    public void Ranking_OfMoreImagesThanAskedFor_DrawsEachClassInProportionAndAlikeEachTime()
    {
        RankingReport first = RankingRun.Execute(NewJob() with { MaxImages = 20 }, _ => { }, CancellationToken.None);
        RankingReport second = RankingRun.Execute(NewJob() with { MaxImages = 20 }, _ => { }, CancellationToken.None);

        Assert.Equal(20, first.Images);
        Assert.Equal(first.Candidates[0].Scores!.LogMe, second.Candidates[0].Scores!.LogMe, 6);
        Assert.Equal(first.Candidates[0].Scores!.Accuracy, second.Candidates[0].Scores!.Accuracy);
    }

    [Fact]
    public void Ranking_AskedToStop_Stops()
    {
        using var cancel = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() =>
            RankingRun.Execute(
                NewJob(),
                e =>
                {
                    if (e is RankingProgressed { Stage: RankingStage.ExtractingFeatures })
                        cancel.Cancel();
                },
                cancel.Token
            )
        );
    }

    [Fact]
    public void Ranking_OfTooLittle_SaysSo()
    {
        Assert.Contains("nothing to rank", Refusal(NewJob() with { Candidates = [] }), StringComparison.Ordinal);
        Assert.Contains("at least 40", Refusal(NewJob() with { Folds = 20, MaxImages = 20 }), StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read",
            Refusal(NewJob() with { Data = new DataSpec(Path.Combine(_small.Folder, "none.jsonl"), _small.Images) }),
            StringComparison.Ordinal
        );
    }

    private static string Refusal(RankingJob job) =>
        Assert.Throws<TrainingException>(() => RankingRun.Execute(job, _ => { }, CancellationToken.None)).Message;

    private RankingJob NewJob() =>
        new()
        {
            Data = _small.Job("linear-probe", "resnet20_cifar", null).Data,
            Candidates = [RankingCandidate.Random("resnet20_cifar")],
            Device = "cpu",
            Folds = 3,
        };
}
