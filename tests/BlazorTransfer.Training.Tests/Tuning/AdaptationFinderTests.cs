using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Tests.Runs;
using BlazorTransfer.Training.Tuning;

namespace BlazorTransfer.Training.Tests.Tuning;

/// <summary>The finders, where a method has a target or takes no steps.</summary>
public sealed class AdaptationFinderTests : IDisposable
{
    private readonly SmallRun _small = new(imagesPerClass: 8);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Finders_OfAMethodThatAdapts_TryItsStepsWithTheTargetBesideThem()
    {
        JobSpec job = Job("mcc");

        LearningRateReport rates = LearningRateFinder.Execute(job, _ => { }, CancellationToken.None);
        BatchSizeReport sizes = BatchSizeFinder.Execute(job, _ => { }, CancellationToken.None);

        Assert.True(rates.Points.Count > 10);
        Assert.NotEmpty(sizes.Measured);
    }

    [Fact]
    public void Finders_OfAMethodWithoutSteps_SayThatThereIsNothingToFind()
    {
        JobSpec job = Job("domain-standardisation");

        Assert.Contains(
            "at once",
            Assert.Throws<TrainingException>(() => LearningRateFinder.Execute(job, _ => { }, CancellationToken.None)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "at once",
            Assert.Throws<TrainingException>(() => BatchSizeFinder.Execute(job, _ => { }, CancellationToken.None)).Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>From half of the images to the other half.</summary>
    private JobSpec Job(string method)
    {
        JobSpec job = _small.Job(method, "resnet20_cifar", _small.Weights("resnet20_cifar"), ("batch-size", 8));
        DatasetManifest all = DatasetManifest.Load(_small.Manifest);
        DataSpec Part(string light)
        {
            string path = Path.Combine(_small.Folder, $"{light}.jsonl");
            (
                all with
                {
                    Samples =
                    [
                        .. all
                            .Samples.Where(s => s.Name.Contains(light, StringComparison.Ordinal))
                            .Select((s, i) => s with { Split = i % 4 == 0 ? Split.Validation : Split.Train }),
                    ],
                }
            ).Save(path);
            return new DataSpec(path, _small.Images);
        }

        return job with
        {
            Data = Part("warm"),
            Target = new TargetSpec(Part("cold")),
        };
    }
}
