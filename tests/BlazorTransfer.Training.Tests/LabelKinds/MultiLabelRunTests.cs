using System.IO.Compression;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Tests.Export;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.LabelKinds;

/// <summary>Runs on images with several labels, with every method that the catalogue has.</summary>
public sealed class MultiLabelRunTests(PythonScripts python) : IDisposable, IClassFixture<PythonScripts>
{
    private const string Network = "resnet18_slim";

    private readonly SmallRun _small = new();

    public static TheoryData<string> Learning =>
        [.. TransferMethodRegistry.All.Where(m => m.SingleLabel == SingleLabelNeed.None).Select(m => m.Name)];

    public static TheoryData<string> Refusing =>
        [.. TransferMethodRegistry.All.Where(m => m.SingleLabel != SingleLabelNeed.None).Select(m => m.Name)];

    public void Dispose() => _small.Dispose();

    [Theory]
    [MemberData(nameof(Learning))]
    public void Execute_EveryMethodThatLearnsSeveralLabels_ScoresThemAndKeepsThresholds(string method)
    {
        JobSpec job = Job(method);

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        Assert.Equal(LabelKind.MultiLabel, events.OfType<RunStarted>().Single().Kind);
        EpochCompleted epoch = events.OfType<EpochCompleted>().First();
        Assert.InRange(epoch.Metrics[MetricKeys.ValidationMap], 0, 1);
        Assert.Contains(MetricKeys.TrainMicroF1, epoch.Metrics.Keys);
        Assert.DoesNotContain(MetricKeys.ValidationTop1, epoch.Metrics.Keys);
        ModelDescription model = ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint));
        Assert.Equal((LabelKind.MultiLabel, 4), (model.Kind, model.Thresholds!.Count));
        // The test is scored at the thresholds that validation chose.
        EvaluationCompleted[] evaluations = [.. events.OfType<EvaluationCompleted>().Where(e => e.LabelSet is null)];
        Assert.Equal([Split.Validation, Split.Test], evaluations.Select(e => e.Split));
        Assert.All(
            evaluations,
            e => Assert.Equal(model.Thresholds, e.LabelScores!.Select(s => s.Threshold), (a, b) => Math.Abs(a - b) < 1e-6)
        );
        Assert.All(evaluations, e => Assert.Empty(e.ConfusionMatrix));
    }

    [Theory]
    [MemberData(nameof(Refusing))]
    public void Prepare_EveryOtherMethod_SaysWhyNot(string method)
    {
        JobSpec job = Job("linear-probe");
        TransferMethodSpec spec = TransferMethodRegistry.All.Single(m => m.Name == method);
        job = job with
        {
            Method = method,
            Target = spec.AdaptsToTarget ? new TargetSpec(_small.Under("cold"), LabelledPerClass: spec.UsesTargetLabels ? 1 : 0) : null,
        };

        TrainingException refused = Assert.Throws<TrainingException>(() => TrainingRun.Prepare(job, _ => { }).Dispose());

        Assert.Contains("needs exactly one class for each image", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_WithATarget_SaysThatItNeedsOneClass()
    {
        JobSpec job = Job("fine-tuning") with { Target = new TargetSpec(_small.Under("cold")) };

        TrainingException refused = Assert.Throws<TrainingException>(() => TrainingRun.Prepare(job, _ => { }).Dispose());

        Assert.Contains("Remove the target", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_WithATeacherOfOneLabel_SaysThatItDiffers()
    {
        JobSpec job = Job("distillation") with
        {
            Teacher = _small.Teacher(Network, SeveralLabels.Labels, Preprocessing.ImageNet.WithInput(32)),
        };

        TrainingException refused = Assert.Throws<TrainingException>(() => TrainingRun.Prepare(job, _ => { }).Dispose());

        Assert.Contains("another number of labels", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_TheBestEpochByDefault_IsThatOfTheHighestMap()
    {
        JobSpec job = Job("linear-probe", ("epochs", 8), ("learning-rate", 0.5), ("schedule", "constant"), ("batch-size", 4));

        EpochCompleted[] epochs = [.. _small.Execute(job).Events.OfType<EpochCompleted>()];

        double best = epochs.Max(e => e.Metrics[MetricKeys.ValidationMap]);
        Assert.Equal(epochs.First(e => e.Metrics[MetricKeys.ValidationMap] == best).Epoch, epochs.Last(e => e.IsBest).Epoch);
    }

    [Fact]
    public void Execute_OnAllData_KeepsTheUsualThresholds()
    {
        JobSpec job = Job("linear-probe") with { TrainOn = TrainingImages.WithValidation };

        (RunFolder folder, List<RunEvent> events) = _small.Execute(job);

        Assert.Equal([0.5, 0.5, 0.5, 0.5], ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint)).Thresholds);
        Assert.All(events.OfType<EvaluationCompleted>().Single().LabelScores!, s => Assert.Equal(0.5, s.Threshold));
    }

    [Theory]
    [InlineData("mixup")]
    [InlineData("cutmix")]
    public void Execute_WithMixedImagesAndWeights_Learns(string mixing)
    {
        JobSpec job = Job("fine-tuning", (mixing, 1.0), ("class-weights", true), ("label-loss", "asymmetric"), ("label-smoothing", 0.1));

        (_, List<RunEvent> events) = _small.Execute(job);

        Assert.True(double.IsFinite(events.OfType<EpochCompleted>().Last().Metrics[MetricKeys.TrainLoss]));
    }

    [Fact]
    public void Write_AndTheReadmesPythonCode_NameTheModelsLabelsInPyTorch()
    {
        python.SkipWhereAbsent();
        (RunFolder folder, _) = _small.Execute(Job("linear-probe", ("epochs", 3)));
        ModelPackage.Write(folder, JobSpec.Load(folder.Job));
        string unpacked = Path.Combine(_small.Folder, "package");
        ZipFile.ExtractToDirectory(folder.ModelPackage, unpacked);
        string[] images =
        [
            .. Directory.EnumerateFiles(_small.Images, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(6),
        ];
        File.WriteAllText(
            Path.Combine(unpacked, "predict.py"),
            Regex
                .Match(File.ReadAllText(Path.Combine(unpacked, "README.md")), "```python\n(.*?)```", RegexOptions.Singleline)
                .Groups[1]
                .Value
        );

        string[] lines = python.Run(unpacked, "predict.py", images).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        using Predictor predictor = Predictor.Open(Path.Combine(unpacked, "model.safetensors"));
        foreach ((string image, string line) in images.Zip(lines))
        {
            // A label whose probability is at its threshold may go either way.
            ClassProbability[] sure = [.. predictor.Predict(image, top: 4).Where(a => Math.Abs(a.Probability - a.Threshold!.Value) > 0.01)];
            string named = line[image.Length..line.IndexOf(']', StringComparison.Ordinal)];
            Assert.All(sure, a => Assert.Equal(a.IsPredicted, named.Contains($"'{a.Label}'", StringComparison.Ordinal)));
        }
    }

    private JobSpec Job(string method, params (string Name, ParameterValue Value)[] parameters)
    {
        TransferMethodSpec spec = TransferMethodRegistry.All.Single(m => m.Name == method);
        (string, ParameterValue)[] given =
        [
            .. new (string Name, ParameterValue Value)[] { ("epochs", 1), ("image-size", 32) }.Where(d =>
                parameters.All(p => p.Name != d.Name)
            ),
            .. parameters,
        ];
        JobSpec job = SeveralLabels.With(_small, _small.Job(method, Network, spec.TakesWeights ? _small.Weights(Network) : null, given));
        return job with
        {
            Teacher = spec.TakesTeacher ? TeacherOf(job) : null,
            LabelSets = spec.LearnsLabelSets ? [new LabelSetSpec("lighting")] : [],
        };
    }

    private TeacherSpec TeacherOf(JobSpec job) =>
        new(
            _small
                .Execute(
                    job with
                    {
                        Method = "linear-probe",
                        Parameters = new Dictionary<string, ParameterValue> { ["epochs"] = 1, ["image-size"] = 32 },
                    }
                )
                .Folder.BestCheckpoint
        );
}
