using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>TrAdaBoost as a method of a run: warm and cold light are the classes, and most of the source's warm images are labelled
/// cold.</summary>
public sealed class TransferBoostingTests : IDisposable
{
    private readonly SmallRun _small = new(imagesPerClass: 48);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void FewLabelsOfTheTarget_TakeTheWeightFromMislabelledImagesOfTheSource_AndBeatTheSourceAlone()
    {
        JobSpec job = Job();
        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);
        (RunFolder plainFolder, List<RunEvent> plain) = _small.Execute(job with { Method = "logistic-regression" });

        EvaluationCompleted boosted = Scored(events),
            sourceOnly = Scored(plain);
        Assert.Equal(boosted.Answers!.Length, sourceOnly.Answers!.Length);
        double gain = boosted.Metrics[MetricKeys.TargetTop1] - sourceOnly.Metrics[MetricKeys.TargetTop1];
        Assert.True(
            gain > 0.2,
            $"{boosted.Metrics[MetricKeys.TargetTop1]:P0} with boosting, {sourceOnly.Metrics[MetricKeys.TargetTop1]:P0} without."
        );
        InstanceWeights weights = InstanceWeights.TryLoad(folder.InstanceWeights)!;
        WeightedImage[] named = [.. weights.Heaviest, .. weights.Lightest];
        Dictionary<string, string> truth = DatasetManifest.Load(_small.Manifest).Samples.ToDictionary(s => s.Sha256, Light);
        double right = named.Where(i => truth[i.Sha256] == i.Label).Average(i => i.Weight),
            wrong = named.Where(i => truth[i.Sha256] != i.Label).Average(i => i.Weight);
        Assert.True(wrong < right / 3, $"The mislabelled ones keep {wrong:F2}, the others {right:F2}.");
        Assert.False(File.Exists(plainFolder.InstanceWeights));
        Assert.Contains(plain.OfType<MessageLogged>(), m => m.Text.Contains("set aside", StringComparison.Ordinal));
        Assert.DoesNotContain(events.OfType<MessageLogged>(), m => m.Text.Contains("set aside", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_TwiceWithTheSameSeed_IsTheSame()
    {
        JobSpec job = Job();

        Assert.Equal(
            File.ReadAllBytes(_small.Execute(job).Folder.BestCheckpoint),
            File.ReadAllBytes(_small.Execute(job).Folder.BestCheckpoint)
        );
    }

    private static EvaluationCompleted Scored(List<RunEvent> events) => events.OfType<EvaluationCompleted>().Single(e => e.OfTarget);

    private static string Light(Sample sample) => sample.Name.Contains("warm", StringComparison.Ordinal) ? "warm" : "cold";

    private JobSpec Job()
    {
        JobSpec job = _small.Job(
            "tradaboost",
            "resnet20_cifar",
            _small.Weights("resnet20_cifar"),
            ("threads", 1),
            ("classifier-decay", 0.01)
        );
        DatasetManifest all = DatasetManifest.Load(_small.Manifest);
        Sample[] byLight = [.. all.Samples.OrderBy(Light, StringComparer.Ordinal).ThenBy(s => s.Sha256, StringComparer.Ordinal)];
        // Three of five warm images of the source are said to be cold; what validates is as wrong.
        Sample[] source =
        [
            .. byLight
                .Where((_, i) => i % 2 == 0)
                .Select(
                    (s, i) =>
                        s with
                        {
                            Label = Light(s) == "warm" && i % 5 < 3 ? "cold" : Light(s),
                            Split = i % 8 == 0 ? Split.Validation : Split.Train,
                        }
                ),
        ];
        Sample[] target =
        [
            .. byLight
                .Where((_, i) => i % 2 == 1)
                .Select((s, i) => s with { Label = Light(s), Split = i % 2 == 0 ? Split.Train : Split.Test }),
        ];
        return job with { Data = Save("source", source), Target = new TargetSpec(Save("target", target), LabelledPerClass: 10) };
    }

    private DataSpec Save(string name, IReadOnlyList<Sample> samples)
    {
        string path = Path.Combine(_small.Folder, $"{name}.jsonl");
        new DatasetManifest(["cold", "warm"], samples).Save(path);
        return new DataSpec(path, _small.Images);
    }
}
