using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.RunDetails;

/// <summary>The page of a run whose images have several labels.</summary>
public sealed class SeveralLabelsTests : BunitContext
{
    private static readonly LabelScore[] Scores =
    [
        new("dog", 0.5, 0.4, 2, 1, 3),
        new("cat", 0.75, 0.3, 8, 6, 2),
        new("never", null, 0.5, 0, 0, 0),
    ];

    public SeveralLabelsTests()
    {
        Services.AddLocalization();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Apply_EventsOfSeveralLabels_MakeMapTheRunsFigure()
    {
        RunView view = View();

        Assert.Equal(LabelKind.MultiLabel, view.Run.Kind);
        Assert.Equal((0.6, 0.7), (view.Run.BestTop1, view.Run.TestTop1));
        Assert.Equal([0.5, 0.6], view.Run.Top1ByEpoch);
        Assert.Equal([0.2, 0.6, 0.4, 0.3], view.Accuracy[1].Y);
        Assert.Equal(("map", 0.6), (RunResponse.Of(view.Run).Metric, RunResponse.Of(view.Run).BestTop1));
        Assert.Equal("mAP", TrialScore.Of(view.Run).Name);
        Assert.True(TrialScore.Of(view.Run).IsAccuracy);
        // There is no confusion matrix to take a chance level from.
        Assert.Null(RunResult.Of(view));
    }

    [Fact]
    public void Results_OfRunsWithSeveralLabels_AreNamedMap_WithoutAnIntervalOfAccuracies()
    {
        var comparison = new RunComparison([new ComparedRun(View().Run, View()), new ComparedRun(View().Run, View())], default);

        ComparedRow[] rows = [.. comparison.Results()];

        Assert.Equal(["mAP", "mAP, final epoch", "Test mAP"], rows.Take(3).Select(r => r.Title));
        Assert.All(rows.Take(3).SelectMany(r => r.Cells), c => Assert.Null(c.Detail));
        Assert.Equal(["cat", "dog"], comparison.Recall().Select(r => r.Title).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("cat", "✗", "✓ cat 90 % / 50 % good,✗ dog 40 % / 30 % bad,cow 10 % / 50 % neutral")]
    [InlineData("cat,dog", "✓", "✓ cat 90 % / 50 % good,✓ dog 40 % / 30 % good,cow 10 % / 50 % neutral")]
    [InlineData("cat,dog,cow", "✗", "✓ cat 90 % / 50 % good,✓ dog 40 % / 30 % good,! cow 10 % / 50 % bad")]
    public void PredictionCard_OfSeveralLabels_MarksRightFalseAndMissedOnes(string labels, string sign, string expected)
    {
        string[] given = labels.Split(',');
        IRenderedComponent<PredictionCard> card = Render<PredictionCard>(p =>
            p.Add(c => c.ProjectId, "p")
                .Add(c => c.DatasetId, "d")
                .Add(
                    c => c.Sample,
                    new SamplePrediction(
                        "00",
                        "x.jpg",
                        string.Join(", ", given),
                        [Of("cat", 0.9, 0.5), Of("dog", 0.4, 0.3), Of("cow", 0.1, 0.5)]
                    )
                    {
                        Labels = given,
                    }
                )
        );

        string[] tones = [.. card.FindAll("svg.bar").Select(b => b.ClassList[^1])];
        Assert.Equal(
            expected,
            string.Join(
                ',',
                card.FindAll(".row")
                    .Select((r, i) => $"{string.Join(' ', r.Children.Select(c => c.TextContent)).Replace('\u00a0', ' ')} {tones[i]}")
            )
        );
        Assert.Contains(sign, card.Find("div > div").TextContent, StringComparison.Ordinal);

        static ClassProbability Of(string label, double probability, double threshold) =>
            new(label, probability) { Threshold = threshold, IsPredicted = probability >= threshold };
    }

    [Fact]
    public void LabelScoresCard_ShowsFrequentLabelsFirst_WithTheirCounts()
    {
        IRenderedComponent<LabelScoresCard> card = Render<LabelScoresCard>(p =>
            p.Add(c => c.ProjectId, "p").Add(c => c.DatasetId, "d").Add(c => c.Title, "Validation").Add(c => c.Scores, Scores)
        );

        string[][] rows =
        [
            .. card.FindAll("tbody tr").Select(r => r.Children.Select(c => c.TextContent.Trim().Replace('\u00a0', ' ')).ToArray()),
        ];
        Assert.Equal(["cat", "8", "75.0 %", "75.0 %", "75.0 %", "75.0 %", "6", "2", "2", "30.0 %"], rows[0]);
        Assert.Equal(["dog", "2", "50.0 %", "33.3 %", "25.0 %", "50.0 %", "1", "1", "3", "40.0 %"], rows[1]);
        Assert.Equal(["never", "0", "–", "–", "–", "–", "0", "0", "0", "50.0 %"], rows[2]);
    }

    private static RunView View()
    {
        Run finished = new FinishedRun().Build().Run;
        var view = new RunView(Run.Of(finished.Id, finished.Submission, finished.Job));
        RunEvent[] events =
        [
            new RunStarted
            {
                WorkerVersion = "1",
                Device = "cpu",
                DeviceDescription = "CPU",
                Classes = ["dog", "cat", "never"],
                Kind = LabelKind.MultiLabel,
                TrainSamples = 100,
                ValidationSamples = 50,
                TestSamples = 50,
                Epochs = 2,
                StepsPerEpoch = 1,
                Parameters = 1,
                TrainableParameters = 1,
                Settings = new Dictionary<string, ParameterValue>(),
            },
            Epoch(1, 0.5),
            Epoch(2, 0.6),
            Evaluation(Split.Validation, MetricKeys.ValidationMap, 0.6),
            Evaluation(Split.Test, MetricKeys.TestMap, 0.7),
        ];
        foreach ((int i, RunEvent e) in events.Index())
            view.Apply(e with { Sequence = i + 1 });
        return view;
    }

    private static EpochCompleted Epoch(int epoch, double map) =>
        new()
        {
            Epoch = epoch,
            Step = epoch,
            Metrics = new Dictionary<string, double>
            {
                [MetricKeys.TrainMicroF1] = 0.2,
                [MetricKeys.ValidationMap] = map,
                [MetricKeys.ValidationMicroF1] = 0.4,
                [MetricKeys.ValidationMacroF1] = 0.3,
            },
            IsBest = true,
            Seconds = 1,
            LiveTensors = 0,
        };

    private static EvaluationCompleted Evaluation(Split split, string key, double map) =>
        new()
        {
            Split = split,
            Metrics = new Dictionary<string, double> { [key] = map },
            LabelScores = Scores,
            ConfusionMatrix = [],
            Mistakes = [],
        };
}
