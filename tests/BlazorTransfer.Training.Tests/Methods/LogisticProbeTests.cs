using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Methods;

public sealed class LogisticProbeTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Fit_IsOneEpochWithoutSteps_TheSameWhateverTheSeed_AndBetterOnItsImagesThanChance()
    {
        string weights = _small.Weights("resnet20_cifar");
        JobSpec job = _small.Job("logistic-regression", "resnet20_cifar", weights, ("threads", 1), ("classifier-decay", 1e-4));

        (RunFolder one, List<RunEvent> events) = _small.Execute(job);
        (RunFolder other, _) = _small.Execute(job with { Seed = 5 });

        EpochCompleted epoch = Assert.Single(events.OfType<EpochCompleted>());
        Assert.True(epoch.IsBest);
        Assert.DoesNotContain(MetricKeys.TrainLoss, epoch.Metrics.Keys);
        Assert.Empty(events.OfType<StepCompleted>());
        Assert.Equal(File.ReadAllBytes(one.BestCheckpoint), File.ReadAllBytes(other.BestCheckpoint));
        // Fitted to images that also validate, it knows them.
        (RunFolder _, List<RunEvent> known) = _small.Execute(job with { Data = Everything(job.Data) });
        Assert.True(known.OfType<EpochCompleted>().Single().Metrics[MetricKeys.ValidationTop1] > 0.9);
    }

    private DataSpec Everything(DataSpec data)
    {
        Core.Datasets.DatasetManifest all = data.Read();
        string manifest = Path.Combine(_small.Folder, "everything.jsonl");
        (
            all with
            {
                Samples =
                [
                    .. all.Samples.SelectMany(s =>
                        new[] { s with { Split = Core.Datasets.Split.Train }, s with { Split = Core.Datasets.Split.Validation } }
                    ),
                ],
            }
        ).Save(manifest);
        return data with { Manifest = manifest };
    }
}
