using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.Runs;

public sealed class RunComparisonTests
{
    // 40 validation images, of which the first run has 20, the second 36, the third 21 right.
    private static readonly ComparedRun First = Of(1, right: 20, epochs: 2),
        Better = Of(2, right: 36, epochs: 3),
        Alike = Of(3, right: 21, epochs: 2);

    [Fact]
    public void Accuracies_CarryTheirInterval_AndTheBestIsMarked()
    {
        ComparedRow row = new RunComparison([First, Better, Alike], default).Results().First();

        Assert.Equal(["50.0 %", "90.0 %", "52.5 %"], row.Cells.Select(c => c.Text));
        Assert.Equal(["35.2 to 64.8 %", "76.9 to 96.0 %", "37.5 to 67.1 %"], row.Cells.Select(c => c.Detail));
        Assert.Equal([false, true, false], row.Cells.Select(c => c.IsBest));
    }

    [Fact]
    public void Difference_IsToldFromChance_ImageByImage()
    {
        ComparedRow row = Row(new RunComparison([First, Better, Alike], default), "Better than #1, points");

        Assert.Equal("–", row.Cells[0].Text);
        Assert.Equal("+40.0", row.Cells[1].Text);
        Assert.EndsWith(": better", row.Cells[1].Detail, StringComparison.Ordinal);
        Assert.Equal("+2.5", row.Cells[2].Text);
        Assert.EndsWith(": not significant", row.Cells[2].Detail, StringComparison.Ordinal);
        Assert.Contains("on the validation images", row.Hint!, StringComparison.Ordinal);
        // Held against the best one, the others lose.
        Assert.EndsWith(
            ": worse",
            Row(new RunComparison([Better, First], default), "Better than #2, points").Cells[1].Detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void TestImages_Decide_WhereAllHaveAnsweredSome()
    {
        ComparedRun one = Of(4, right: 20, epochs: 1, tested: 8),
            other = Of(5, right: 36, epochs: 1, tested: 8);

        Assert.Equal(Split.Test, new RunComparison([one, other], default).Decisive);
        Assert.Equal("0.0", Row(new RunComparison([one, other], default), "Better than #4, points").Cells[1].Text);
        Assert.Equal(Split.Validation, new RunComparison([one, First], default).Decisive);
    }

    [Fact]
    public void OtherImages_AreNotHeldAgainstEachOther()
    {
        ComparedRun fold = Better with { Run = Better.Run with { Job = Better.Run.Job with { Fold = new Fold(1, 5) } } };
        var comparison = new RunComparison([First, fold], default);

        Assert.False(comparison.OnSameImages);
        Assert.DoesNotContain(comparison.Results(), r => r.Title.StartsWith("Better", StringComparison.Ordinal));
        Assert.Empty(comparison.Recall());
        Assert.True(new RunComparison([First, Better], default).OnSameImages);
    }

    [Fact]
    public void Settings_AreThoseThatDiffer_UnlessAllAreAskedFor()
    {
        var comparison = new RunComparison([First, Better], default);

        Assert.Equal(["Seed", "Passes"], comparison.Settings(all: false, Names).Select(r => r.Title));
        Assert.Equal(["2", "3"], comparison.Settings(all: false, DisplayNames.None).Last().Cells.Select(c => c.Text));
        Assert.Contains(comparison.Settings(all: true, Names), r => r.Title == "momentum");
    }

    [Fact]
    public void Settings_NameNetworksMethodsAndValues_AsTheCatalogueDoes()
    {
        ComparedRow[] rows = [.. new RunComparison([First, Better], default).Settings(all: true, Names)];

        Assert.All(rows.Single(r => r.Title == "Network").Cells, c => Assert.Equal("ResNet-18", c.Text));
        Assert.All(rows.Single(r => r.Title == "Method").Cells, c => Assert.Equal("Fine-tuning", c.Text));
        Assert.Equal(["2 times", "3 times"], rows.Single(r => r.Title == "Passes").Cells.Select(c => c.Text));
    }

    [Fact]
    public void RunThatHasNotBegun_DiffersInWhatItWasAskedFor_NotInWhatItHasNotTold()
    {
        ComparedRun waiting = new(Better.Run with { Device = null }, new RunView(Better.Run));
        var comparison = new RunComparison([First, waiting], default);

        Assert.Equal(["Seed"], comparison.Settings(all: false, DisplayNames.None).Select(r => r.Title));
        Assert.Equal(
            ["2", "not started"],
            comparison.Settings(all: true, DisplayNames.None).Single(r => r.Title == "epochs").Cells.Select(c => c.Text)
        );
    }

    [Fact]
    public void Curves_GoOnToTheLongestRun()
    {
        IReadOnlyList<BlazorTransfer.Web.Components.Shared.ChartPoint> points = new RunComparison([First, Better], default).Accuracy();

        Assert.Equal([1, 2, 3], points.Select(p => p.X));
        Assert.Null(points[2].Y[0]);
        Assert.Equal(0.9, points[2].Y[1]);
    }

    [Fact]
    public void Recall_ShowsTheClassesFirst_OnWhichTheRunsDiffer()
    {
        IReadOnlyList<ComparedRow> recall = new RunComparison([First, Better], default).Recall();

        Assert.Equal(["pit", "good"], recall.Select(r => r.Title));
        Assert.Equal(["0.0 %", "80.0 %"], recall[0].Cells.Select(c => c.Text));
        Assert.Equal([false, true], recall[0].Cells.Select(c => c.IsBest));
        Assert.Equal([false, false], recall[1].Cells.Select(c => c.IsBest));
    }

    private static DisplayNames Names { get; } =
        DisplayNames.From(
            new Catalogue
            {
                WorkerVersion = "1",
                Backbones = [new BackboneSpec("resnet18", "ResNet-18", "ResNet", 1, 1, 1, [], Preprocessing.ImageNet, "")],
                Methods = [new TransferMethodSpec("fine-tuning", "Fine-tuning", "", "", null, [])],
                CommonParameters =
                [
                    new ParameterSpec
                    {
                        Name = "epochs",
                        DisplayName = "Passes",
                        Help = "",
                        Kind = ParameterKind.Integer,
                        Default = 1,
                        Unit = "times",
                    },
                ],
                Devices = [],
            }
        );

    private static ComparedRow Row(RunComparison comparison, string title) => comparison.Results().Single(r => r.Title == title);

    /// <summary>Of 40 images, half of each class, the first so many are right.</summary>
    private static ComparedRun Of(int number, int right, int epochs, int tested = 0)
    {
        const int Images = 40,
            OfClass = Images / 2;
        int good = Math.Min(right, OfClass),
            pits = right - good;
        var run = new Run
        {
            Id = $"run{number}",
            Submission = new RunSubmission
            {
                ProjectId = "p",
                Number = number,
                Name = "Run",
                DatasetId = "d",
                DatasetVersion = 1,
                DatasetName = "Data",
                SubmittedBy = "",
                SubmittedAt = default,
            },
            Job = new JobSpec
            {
                RunId = "",
                Data = new DataSpec("", ""),
                Backbone = "resnet18",
                Weights = WeightsSpec.Random,
                Method = "fine-tuning",
                Seed = number,
            },
        };
        var view = new RunView(run);
        long sequence = 0;
        void Tell(RunEvent e)
        {
            e = e with { Sequence = ++sequence };
            run = run.Apply(e);
            view.Apply(e);
        }

        Tell(
            new RunStarted
            {
                WorkerVersion = "",
                Device = "cpu",
                DeviceDescription = "CPU",
                Classes = ["good", "pit"],
                TrainSamples = 100,
                ValidationSamples = Images,
                TestSamples = tested,
                Epochs = epochs,
                StepsPerEpoch = 1,
                Parameters = 10,
                TrainableParameters = 10,
                Settings = new Dictionary<string, ParameterValue> { ["epochs"] = epochs, ["momentum"] = 0.9 },
            }
        );
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            Tell(
                new EpochCompleted
                {
                    Epoch = epoch,
                    Seconds = 1,
                    IsBest = true,
                    Step = epoch,
                    LiveTensors = 0,
                    Metrics = new Dictionary<string, double>
                    {
                        [MetricKeys.ValidationTop1] = right / (double)Images,
                        [MetricKeys.ValidationLoss] = 1.0 / right,
                    },
                }
            );
        }

        Tell(
            new EvaluationCompleted
            {
                Split = Split.Validation,
                Metrics = new Dictionary<string, double> { [MetricKeys.ValidationTop1] = right / (double)Images },
                ConfusionMatrix =
                [
                    [good, OfClass - good],
                    [OfClass - pits, pits],
                ],
                Mistakes = [],
                Answers = new string('1', right) + new string('0', Images - right),
            }
        );
        if (tested > 0)
        {
            Tell(
                new EvaluationCompleted
                {
                    Split = Split.Test,
                    Metrics = new Dictionary<string, double> { [MetricKeys.TestTop1] = 1 },
                    ConfusionMatrix =
                    [
                        [tested, 0],
                        [0, 0],
                    ],
                    Mistakes = [],
                    Answers = new string('1', tested),
                }
            );
        }

        return new ComparedRun(run, view);
    }
}
