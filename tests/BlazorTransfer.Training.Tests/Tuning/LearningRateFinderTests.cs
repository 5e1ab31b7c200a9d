using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Tuning;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Tuning;

public sealed class LearningRateFinderTests : IDisposable
{
    private readonly SmallRun _small = new(imagesPerClass: 12);

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData("linear-probe", "sgd", "none")]
    [InlineData("fine-tuning", "adamw", "light")]
    public void Suggestion_Trains_AndNothingIsWritten(string method, string optimizer, string augmentation)
    {
        string weights = BuiltInWeights.Of(AppContext.BaseDirectory).Single(w => w.Card.Backbone == "resnet18_slim").Path;
        JobSpec job = _small.Job(
            method,
            "resnet18_slim",
            weights,
            ("image-size", 64),
            ("optimizer", optimizer),
            ("augmentation", augmentation),
            ("batch-size", 16),
            ("schedule", "constant")
        );
        (byte[] before, string[] files) = (File.ReadAllBytes(weights), Files());
        var events = new List<TuningEvent>();

        LearningRateReport report = LearningRateFinder.Execute(job, events.Add, CancellationToken.None);

        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(weights)), "The weights' file has changed.");
        Assert.Equal(files, Files());
        Assert.Equal(report.Points, events.OfType<LearningRateTried>().Select(e => e.Point));
        Assert.Same(report, Assert.IsType<LearningRateFound>(events[^1]).Report);
        Assert.Equal(augmentation == "none", events.OfType<TuningProgressed>().Any(e => e.Stage == TuningStage.ExtractingFeatures));
        Assert.All(
            report.Points.Zip(report.Points.Skip(1)),
            pair => Assert.Equal(Math.Pow(1e8, 1 / 99.0), pair.Second.Rate / pair.First.Rate, 1e-9)
        );
        Assert.True(report.Suggestion.Rate is >= 1e-6 and < 1, report.Suggestion.ToString());
        double[] losses = TrainLosses(job, report.Suggestion.Rate.Value);
        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(' ', losses));
    }

    [Fact]
    public void RatesThatDiverge_EndTheTestEarly()
    {
        JobSpec job = _small.Job(
            "fine-tuning",
            "resnet18_slim",
            null,
            ("image-size", 32),
            ("optimizer", "sgd"),
            ("augmentation", "none"),
            ("batch-size", 8)
        );

        LearningRateReport report = LearningRateFinder.Execute(job, _ => { }, CancellationToken.None);

        Assert.True(report.Diverged);
        Assert.InRange(report.Points.Count, 11, 99);
        Assert.All(report.Points, p => Assert.True(double.IsFinite(p.Loss) && double.IsFinite(p.Smoothed)));
        // The average of one step is that step, multiplied and divided by the same number.
        Assert.Equal(report.Points[0].Loss, report.Points[0].Smoothed, 1e-12 * report.Points[0].Loss);
    }

    [Theory]
    [InlineData("linear-probe", "none", 1)]
    [InlineData("gradual-unfreezing", "light", 2)]
    public void Steps_LeaveNoTensorBehind(string method, string augmentation, int accumulation)
    {
        JobSpec job = _small.Job(
            method,
            "resnet18_slim",
            null,
            ("image-size", 32),
            ("augmentation", augmentation),
            ("batch-size", 16),
            ("gradient-accumulation", accumulation)
        );
        LiveTensors.CollectLeftovers();
        var live = new List<long>();

        LearningRateFinder.Execute(
            job,
            e =>
            {
                if (e is LearningRateTried)
                    live.Add(Tensor.TotalCount);
            },
            CancellationToken.None
        );

        // The first step creates the optimizer's state; from then on nothing may be added.
        Assert.True(live.Count > 10);
        Assert.All(live[1..], n => Assert.Equal(live[1], n));
    }

    [Fact]
    public void SameSeed_GivesTheSameCurve()
    {
        JobSpec job = _small.Job("linear-probe", "resnet18_slim", null, ("image-size", 32), ("threads", 1));

        Assert.Equal(
            LearningRateFinder.Execute(job, _ => { }, CancellationToken.None).Points,
            LearningRateFinder.Execute(job, _ => { }, CancellationToken.None).Points
        );
    }

    [Fact]
    public void AskedToStop_Stops()
    {
        using var cancel = new CancellationTokenSource();
        int tried = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
            LearningRateFinder.Execute(
                _small.Job("fine-tuning", "resnet18_slim", null, ("image-size", 32)),
                e =>
                {
                    if (e is LearningRateTried && ++tried == 3)
                        cancel.Cancel();
                },
                cancel.Token
            )
        );

        Assert.Equal(3, tried);
    }

    private string[] Files() =>
        [.. Directory.EnumerateFiles(_small.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private double[] TrainLosses(JobSpec job, double rate)
    {
        var parameters = new Dictionary<string, ParameterValue>(job.Parameters) { ["learning-rate"] = rate, ["epochs"] = 8 };
        return
        [
            .. _small
                .Execute(job with { Parameters = parameters })
                .Events.OfType<EpochCompleted>()
                .Select(e => e.Metrics[MetricKeys.TrainLoss]),
        ];
    }
}
