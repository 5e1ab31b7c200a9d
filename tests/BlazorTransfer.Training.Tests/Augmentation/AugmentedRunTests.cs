using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Augmentation;

/// <summary>Whole runs whose images change in every way.</summary>
public sealed class AugmentedRunTests : IDisposable
{
    private static readonly (string, ParameterValue)[] Everything =
    [
        ("light", 0.3),
        ("colour", 0.3),
        ("grey", 0.2),
        ("rotation", 20),
        ("perspective", 0.2),
        ("vertical-flip", true),
        ("blur", 1),
        ("sharpness", 0.5),
        ("noise", 0.05),
        ("random-erasing", 0.25),
        ("policy", "randaugment"),
        ("mixup", 0.2),
        ("cutmix", 1),
        ("class-weights", true),
        ("label-smoothing", 0.1),
    ];

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void WithEverythingOn_TrainsRepeatablyAndLeavesNoTensorBehind()
    {
        JobSpec job = Job("fine-tuning", [("epochs", 3), ("threads", 1), .. Everything]);
        LiveTensors.CollectLeftovers();

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);
        (RunFolder again, _) = _small.Execute(job);

        EpochCompleted[] epochs = [.. events.OfType<EpochCompleted>()];
        Assert.All(epochs, e => Assert.True(double.IsFinite(e.Metrics[MetricKeys.TrainLoss])));
        Assert.Equal(epochs[1].LiveTensors, epochs[2].LiveTensors);
        Assert.True(
            File.ReadAllBytes(folder.BestCheckpoint).AsSpan().SequenceEqual(File.ReadAllBytes(again.BestCheckpoint)),
            "Two runs from one seed differ."
        );
    }

    [Fact]
    public void ALinearProbe_OfChangingImages_DoesNotKeepFeatures_AndValidationStaysAsItIs()
    {
        // Nothing can be learned, so that whatever differs between epochs is the images.
        (string, ParameterValue)[] still = [("epochs", 2), ("learning-rate", 1e-7), ("weight-decay", 0), ("image-size", 64)];

        (double[] trainLosses, double[] validationLosses) = Losses([.. still, ("noise", 0.2)]);
        (double[] plainLosses, double[] plainValidation) = Losses(still);

        Assert.NotEqual(trainLosses[0], trainLosses[1], 1e-3);
        Assert.Equal(plainLosses[0], plainLosses[1], 1e-4);
        Assert.All(validationLosses, l => Assert.Equal(plainValidation[0], l, 1e-4));

        (double[] Train, double[] Validation) Losses((string, ParameterValue)[] parameters)
        {
            EpochCompleted[] epochs = [.. _small.Execute(Job("linear-probe", parameters)).Events.OfType<EpochCompleted>()];
            return (
                [.. epochs.Select(e => e.Metrics[MetricKeys.TrainLoss])],
                [.. epochs.Select(e => e.Metrics[MetricKeys.ValidationLoss])]
            );
        }
    }

    [Fact]
    public void LpFt_ProbesOnPicturesAsTheyAre()
    {
        JobSpec plain = Job("lp-ft", ("epochs", 1), ("probe-epochs", 2), ("threads", 1)),
            changing = Job("lp-ft", [("epochs", 1), ("probe-epochs", 2), ("threads", 1), ("noise", 0.3), ("mixup", 1)]);

        double[] a = ProbeLosses(plain),
            b = ProbeLosses(changing);

        Assert.Equal(a, b);

        double[] ProbeLosses(JobSpec job) =>
            [.. _small.Execute(job).Events.OfType<EpochCompleted>().Take(2).Select(e => e.Metrics[MetricKeys.TrainLoss])];
    }

    private JobSpec Job(string method, params (string, ParameterValue)[] parameters) =>
        _small.Job(
            method,
            "resnet18_slim",
            _small.Weights("resnet18_slim"),
            [.. parameters, .. parameters.Any(p => p.Item1 == "image-size") ? [] : new (string, ParameterValue)[] { ("image-size", 64) }]
        );
}
