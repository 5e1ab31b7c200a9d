using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.RunDetails;

/// <summary>A finished run of two classes, of which 60 % of the images are good, made of its events.</summary>
internal sealed class FinishedRun
{
    public string Id { get; init; } = "run1";
    public int Number { get; init; } = 1;
    public int Images { get; init; } = 50;
    public int Right { get; init; } = 40;
    public int Epochs { get; init; } = 10;
    public string BestOf { get; init; } = "top1";
    public int TestImages { get; init; }
    public int TargetImages { get; init; }
    public string? ParentRunId { get; init; }
    public string ProjectId { get; init; } = "project1";
    public string DatasetId { get; init; } = "dataset1";

    public RunView Build()
    {
        var run = Run.Of(
            Id,
            new RunSubmission
            {
                ProjectId = ProjectId,
                Number = Number,
                Name = "Run",
                DatasetId = DatasetId,
                DatasetVersion = 1,
                DatasetName = "Data",
                SubmittedBy = "user1",
                SubmittedAt = default,
                ParentRunId = ParentRunId,
            },
            new JobSpec
            {
                RunId = Id,
                Data = new DataSpec("datasets/dataset1/v1.jsonl", "images"),
                Backbone = "fake",
                Weights = WeightsSpec.Random,
                Method = "fake-method",
            }
        );
        var view = new RunView(run);
        foreach (RunEvent e in Events())
            view.Apply(e);
        return view;
    }

    public IEnumerable<RunEvent> Events() => All().Select((e, i) => e with { Sequence = i + 1 });

    private IEnumerable<RunEvent> All()
    {
        yield return new RunStarted
        {
            WorkerVersion = "1",
            Device = "cpu",
            DeviceDescription = "CPU",
            Classes = ["good", "pit"],
            TrainSamples = 100,
            ValidationSamples = Images,
            TestSamples = TestImages,
            TargetScored = TargetImages,
            Epochs = Epochs,
            StepsPerEpoch = 1,
            Parameters = 1,
            TrainableParameters = 1,
            Settings = new Dictionary<string, ParameterValue> { ["best-of"] = BestOf },
        };
        double top1 = (double)Right / Images;
        for (int epoch = 1; epoch <= Epochs; epoch++)
            yield return new EpochCompleted
            {
                Epoch = epoch,
                Step = epoch,
                Metrics = new Dictionary<string, double> { [MetricKeys.ValidationTop1] = top1, [MetricKeys.TrainTop1] = top1 },
                IsBest = epoch == 1,
                Seconds = 1,
                LiveTensors = 0,
            };
        yield return Evaluation(Split.Validation, MetricKeys.ValidationTop1, Images);
        if (TestImages > 0)
            yield return Evaluation(Split.Test, MetricKeys.TestTop1, TestImages);
        if (TargetImages > 0)
            yield return Evaluation(Split.Test, MetricKeys.TargetTop1, TargetImages) with
            {
                OfTarget = true,
            };
        yield return new RunFinished
        {
            Outcome = RunOutcome.Succeeded,
            BestEpoch = 1,
            BestMetric = top1,
            Seconds = 1,
        };
    }

    private EvaluationCompleted Evaluation(Split split, string key, int images)
    {
        int good = 6 * images / 10,
            right = Right * images / Images;
        int rightGood = Math.Min(good, right);
        return new EvaluationCompleted
        {
            Split = split,
            Metrics = new Dictionary<string, double> { [key] = (double)right / images },
            ConfusionMatrix =
            [
                [rightGood, good - rightGood],
                [images - good - (right - rightGood), right - rightGood],
            ],
            Mistakes = [],
            Answers = new string('1', right) + new string('0', images - right),
        };
    }
}
