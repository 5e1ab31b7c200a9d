using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>What a run leaves of the weights that its method gave the source's images.</summary>
public sealed class InstanceWeightingRunTests : IDisposable
{
    private readonly SmallRun _small = new(imagesPerClass: 24);

    public void Dispose() => _small.Dispose();

    /// <summary>The source has both lights, the target the cold one alone.</summary>
    [Theory]
    [InlineData("kmm")]
    [InlineData("kliep")]
    public void Weighing_OfASourceThatShowsMoreThanTheTarget_KeepsWhatLooksLikeIt_AndDropsTheRest(string method)
    {
        JobSpec job = Job(method);
        (RunFolder folder, _) = _small.Execute(job);

        InstanceWeights weights = InstanceWeights.TryLoad(folder.InstanceWeights)!;

        DatasetManifest source = job.Data.Read();
        HashSet<string> cold = [.. source.Samples.Where(IsCold).Select(s => s.Sha256)];
        IReadOnlyList<Sample> training = source.Of(Split.Train);
        Assert.Equal((training.Count, training.Count), (weights.Images, weights.Histogram.Sum(b => b.Images)));
        Assert.InRange(weights.EffectiveSampleSize, 1, training.Count * 0.9);
        WeightedImage[] named = [.. weights.Heaviest, .. weights.Lightest],
            kept = [.. named.Where(i => i.Weight > 1)];
        Assert.True(kept.Count(i => cold.Contains(i.Sha256)) > 0.8 * kept.Length, string.Join(' ', kept.AsEnumerable()));
        double ofCold = named.Where(i => cold.Contains(i.Sha256)).Average(i => i.Weight),
            ofWarm = named.Where(i => !cold.Contains(i.Sha256)).Average(i => i.Weight);
        Assert.True(ofCold > 4 * ofWarm, $"The cold ones weigh {ofCold:F2}, the warm ones {ofWarm:F2}.");
        Assert.All(named, i => Assert.Equal(training.Single(s => s.Sha256 == i.Sha256).Label, i.Label));
    }

    [Theory]
    [InlineData("coral")]
    [InlineData("logistic-regression")]
    public void MethodThatLetsAllCountAlike_LeavesNoWeights(string method)
    {
        (RunFolder folder, _) = _small.Execute(Job(method));

        Assert.False(File.Exists(folder.InstanceWeights));
        Assert.True(File.Exists(folder.Embedding));
    }

    private static bool IsCold(Sample sample) => sample.Name.Contains("cold", StringComparison.Ordinal);

    private JobSpec Job(string method)
    {
        // By the source's figures: by each domain's own, the lights would look alike.
        JobSpec job = _small.Job(
            method,
            "resnet20_cifar",
            _small.Weights("resnet20_cifar"),
            method == "logistic-regression" ? ("threads", 1) : ("standardise", "source")
        );
        DatasetManifest all = DatasetManifest.Load(_small.Manifest);
        Sample[] cold = [.. all.Samples.Where(IsCold)],
            ofSource = [.. all.Samples.Where(s => !IsCold(s)), .. cold.Where((_, i) => i % 2 == 0)];
        return job with
        {
            Data = Save(
                "source",
                all with
                {
                    Samples = [.. ofSource.Select((s, i) => s with { Split = i % 6 == 0 ? Split.Validation : Split.Train })],
                }
            ),
            Target = new TargetSpec(Save("target", all with { Samples = [.. cold.Where((_, i) => i % 2 == 1)] }), Transductive: true),
        };
    }

    private DataSpec Save(string name, DatasetManifest data)
    {
        string path = Path.Combine(_small.Folder, $"{name}.jsonl");
        data.Save(path);
        return new DataSpec(path, _small.Images);
    }
}
