using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Worker.Tests;

/// <summary>The console of <c>train</c>, for the events that each method of the registry writes.</summary>
public sealed class TrainDisplayTests
{
    private const string Set = "material";

    public static TheoryData<string> Methods => [.. TransferMethodRegistry.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Show_OfAllEventsOfAMethod_HasALineForEachEpochAndEvaluation(string name)
    {
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => m.Name == name);
        foreach (bool redraws in new[] { false, true })
        {
            var output = new StringWriter();
            var display = new TrainDisplay(output, redraws);

            foreach (RunEvent runEvent in EventsOf(method))
                display.Show(runEvent);

            string shown = output.ToString();
            Assert.Contains("epoch    1/1", shown, StringComparison.Ordinal);
            Assert.Equal(!method.FitsAtOnce, shown.Contains("  loss 0.5000", StringComparison.Ordinal));
            Assert.Contains("best epoch, validation: top-1 75.00 %", shown, StringComparison.Ordinal);
            Assert.Contains("best epoch, test: top-1 70.00 %", shown, StringComparison.Ordinal);
            Assert.Equal(method.LearnsLabelSets, shown.Contains($"best epoch, validation, {Set}: top-1 80.00 %", StringComparison.Ordinal));
            Assert.Equal(
                method.AdaptsToTarget,
                shown.Contains("best epoch, target (labels used for scoring only): top-1 60.00 %", StringComparison.Ordinal)
            );
            Assert.Contains("done in 1 min 5 s; best epoch 1, validation top-1 75.00 %", shown, StringComparison.Ordinal);
            Assert.Equal(redraws, shown.Contains("[########################] 100 %", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(RunOutcome.Succeeded, "done in 2 s\n")]
    [InlineData(RunOutcome.Failed, "failed\n")]
    [InlineData(RunOutcome.Cancelled, "cancelled\n")]
    public void Show_OfAnEndWithoutABestEpoch_SaysHowItEnded(RunOutcome outcome, string expected)
    {
        var output = new StringWriter { NewLine = "\n" };

        new TrainDisplay(output, redraws: false).Show(new RunFinished { Outcome = outcome, Seconds = 2 });

        Assert.Equal(expected, output.ToString());
    }

    [Fact]
    public void Show_OfMetricsThatAreMissing_ShowsTheOthers()
    {
        var output = new StringWriter();
        var display = new TrainDisplay(output, redraws: false);

        display.Show(Epoch(new Dictionary<string, double> { [MetricKeys.ValidationTop1] = 0.5 }));
        display.Show(Evaluation(Split.Validation, []));

        Assert.Contains("epoch    1/0  top-1 50.00 %", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("top-1 not measured", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Show_OfADataSet_NamesSkippedFilesAsTheyAre()
    {
        var output = new StringWriter();
        DatasetManifest manifest = new(["a[b]", "c"], []);
        RejectedFile[] rejected =
        [
            .. Enumerable.Range(0, 7).Select(i => new RejectedFile($"[red]{i}.jpg", Message.Plain("It is damaged."))),
        ];

        new TrainDisplay(output, redraws: false).Show(new ImportResult(manifest, rejected, Message.Plain("As drawn."), []));

        Assert.Contains("(a[b], c)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("skipped [red]0.jpg: It is damaged.", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("skipped 2 more files", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Guard_AroundADisplayThatFails_LogsOnceForEachTypeAndGoesOn()
    {
        var log = new StringWriter();
        var seen = new List<object>();
        Action<object> show = DisplayGuard.Around<object>(
            shown =>
            {
                seen.Add(shown);
                if (shown is not string)
                    throw new KeyNotFoundException("validation.top1");
            },
            log
        );

        foreach (object shown in new object[] { 1, 2, 3.0, "fine" })
            show(shown);

        Assert.Equal([1, 2, 3.0, "fine"], seen);
        string[] logged =
        [
            .. log.ToString().Split(Environment.NewLine).Where(l => l.StartsWith("The display of", StringComparison.Ordinal)),
        ];
        Assert.Equal(2, logged.Length);
        Assert.Contains(
            "The display of Int32 failed; the work goes on. System.Collections.Generic.KeyNotFoundException: validation.top1",
            logged[0]
        );
    }

    [Fact]
    public void Guard_WhoseLogFailsToo_GoesOn() =>
        DisplayGuard.Around<string>(_ => throw new InvalidOperationException(), new ClosedWriter())("shown");

    /// <summary>What the trainer and the job runner write for a method, in their order.</summary>
    private static IEnumerable<RunEvent> EventsOf(TransferMethodSpec method)
    {
        yield return new MessageLogged { Level = MessageLevel.Warning, Text = "A warning with [brackets]." };
        yield return new RunStarted
        {
            WorkerVersion = "1",
            Device = "cpu",
            DeviceDescription = "CPU",
            Classes = ["a", "b"],
            LabelSets = method.LearnsLabelSets ? [new LabelTask(Set, ["x", "y"])] : [],
            TrainSamples = 8,
            ValidationSamples = 4,
            TestSamples = 4,
            Epochs = 1,
            StepsPerEpoch = 1,
            Parameters = 10,
            TrainableParameters = 5,
            Settings = new Dictionary<string, ParameterValue>(),
        };
        foreach (RunPhase phase in Enum.GetValues<RunPhase>())
        foreach (long done in new[] { 0, 4, 8 })
            yield return new PhaseProgressed
            {
                Phase = phase,
                Done = done,
                Total = 8,
                Unit = "images",
                SecondsLeft = done == 4 ? 4000 : null,
            };
        yield return new PhaseProgressed
        {
            Phase = RunPhase.Evaluating,
            Done = 0,
            Total = 0,
            Unit = "images",
        };
        var metrics = new Dictionary<string, double>
        {
            [MetricKeys.ValidationLoss] = 0.7,
            [MetricKeys.ValidationTop1] = 0.75,
            [MetricKeys.ValidationBalancedAccuracy] = 0.75,
        };
        if (!method.FitsAtOnce)
        {
            yield return new StepCompleted
            {
                Epoch = 1,
                Step = 1,
                Loss = 0.5,
                LearningRate = 0.1,
                ImagesPerSecond = 100,
            };
            (metrics[MetricKeys.TrainLoss], metrics[MetricKeys.TrainTop1]) = (0.5, 0.6);
            (metrics[MetricKeys.LearningRate], metrics[MetricKeys.ImagesPerSecond]) = (0.1, 100);
        }

        if (method.LearnsLabelSets)
            metrics[MetricKeys.Of(MetricKeys.ValidationTop1, Set)] = 0.8;
        if (method.AdaptsToTarget)
            metrics[MetricKeys.TargetTop1] = 0.6;
        yield return new CheckpointSaved
        {
            Epoch = 1,
            File = "checkpoints/best.safetensors",
            IsBest = true,
        };
        yield return Epoch(metrics);
        yield return new SamplesPredicted { Epoch = 1, Samples = [] };
        foreach (
            (Split split, string key, double top1) in new[]
            {
                (Split.Validation, MetricKeys.ValidationTop1, 0.75),
                (Split.Test, MetricKeys.TestTop1, 0.7),
            }
        )
        {
            yield return Evaluation(split, new Dictionary<string, double> { [key] = top1 });
            // Of a label set, only its own figures are there.
            if (method.LearnsLabelSets)
                yield return Evaluation(split, new Dictionary<string, double> { [MetricKeys.Of(key, Set)] = 0.8 }) with
                {
                    LabelSet = Set,
                };
        }

        if (method.AdaptsToTarget)
            yield return Evaluation(Split.Test, new Dictionary<string, double> { [MetricKeys.TargetTop1] = 0.6 }) with
            {
                OfTarget = true,
            };
        yield return new ArtifactWritten
        {
            File = "artifacts/model.zip",
            Format = "package",
            Bytes = 1,
            Sha256 = "0",
        };
        yield return new RunFinished
        {
            Outcome = RunOutcome.Succeeded,
            BestEpoch = 1,
            BestMetric = 0.75,
            Seconds = 65,
        };
    }

    private static EpochCompleted Epoch(Dictionary<string, double> metrics) =>
        new()
        {
            Epoch = 1,
            Step = 1,
            Metrics = metrics,
            IsBest = true,
            Seconds = 1,
            LiveTensors = 1,
        };

    private static EvaluationCompleted Evaluation(Split split, Dictionary<string, double> metrics) =>
        new()
        {
            Split = split,
            Metrics = metrics,
            ConfusionMatrix =
            [
                [1, 0],
                [0, 1],
            ],
            Mistakes = [],
            Answers = "11",
        };

    /// <summary>A terminal that is gone.</summary>
    private sealed class ClosedWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("The pipe is closed.");
    }
}
