using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Diagnostics;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Tuning;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Tuning;

public sealed class BatchSizeFinderTests : IDisposable
{
    private readonly SmallRun _small = new(imagesPerClass: 24);

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData("fine-tuning", "light", 10, 16)]
    [InlineData("linear-probe", "none", 1000, null)]
    public void Sizes_DoubleUpToTheTrainingImages_AndLeaveNoTensorBehind(
        string method,
        string augmentation,
        int stepsPerSecond,
        int? suggested
    )
    {
        JobSpec job = _small.Job(
            method,
            "resnet20_cifar",
            null,
            ("augmentation", augmentation),
            ("batch-size", 8),
            ("learning-rate", 0.01)
        );
        int images = DatasetManifest.Load(job.Data.Manifest).Of(Split.Train).Count;
        LiveTensors.CollectLeftovers();
        var live = new List<long>();
        var events = new List<TuningEvent>();

        BatchSizeReport report = BatchSizeFinder.Execute(
            job,
            e =>
            {
                events.Add(e);
                if (e is BatchSizeTried)
                    live.Add(Tensor.TotalCount);
            },
            MeterOf(stepsPerSecond),
            CancellationToken.None
        );

        Assert.InRange(images, 64, 127);
        Assert.Equal([4, 8, 16], report.Measured.Select(m => m.BatchSize));
        Assert.Equal($"Larger batches would leave fewer than 4 steps in an epoch of {images} images.", report.WhyStopped);
        Assert.All(report.Measured, m => Assert.True(m.PeakBytes > 1 << 20, m.ToString()));
        Assert.Equal(report.Measured.Select(m => (double)m.BatchSize * stepsPerSecond), report.Measured.Select(m => m.ImagesPerSecond));
        // Where an epoch takes less than a second, a larger batch has nothing to gain.
        Assert.Equal((suggested, 0.01 * suggested / 8), (report.Suggestion.BatchSize, report.Suggestion.LearningRate));
        Assert.Equal(report.Measured, events.OfType<BatchSizeTried>().Select(e => e.Speed));
        Assert.Same(report, Assert.IsType<BatchSizeFound>(events[^1]).Report);
        Assert.All(live, n => Assert.Equal(live[0], n));
    }

    [Fact]
    public void StepThatWouldTakeTooLong_EndsTheSearch()
    {
        BatchSizeReport report = BatchSizeFinder.Execute(
            _small.Job("fine-tuning", "resnet20_cifar", null),
            _ => { },
            MeterOf(stepsPerSecond: 1.0 / 8),
            CancellationToken.None
        );

        Assert.Equal(4, Assert.Single(report.Measured).BatchSize);
        Assert.Equal("A step of 8 images would take over 15 seconds.", report.WhyStopped);
    }

    [Fact]
    public void AskedToStop_Stops()
    {
        using var cancel = new CancellationTokenSource();
        int tried = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
            BatchSizeFinder.Execute(
                _small.Job("fine-tuning", "resnet20_cifar", null),
                e =>
                {
                    tried += e is BatchSizeTried ? 1 : 0;
                    if (tried == 1)
                        cancel.Cancel();
                },
                cancel.Token
            )
        );

        Assert.Equal(1, tried);
    }

    /// <summary>Takes the steps, and says that they took the same time at any size.</summary>
    private static StepMeter MeterOf(double stepsPerSecond) =>
        (images, _, step) =>
        {
            // Twice, so that what a first step leaves behind is there.
            for (int i = 0; i < 2; i++)
                using (NewDisposeScope())
                    step();
            return images * stepsPerSecond;
        };
}
