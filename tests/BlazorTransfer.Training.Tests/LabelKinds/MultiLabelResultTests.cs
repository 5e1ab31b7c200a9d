using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.LabelKinds;

namespace BlazorTransfer.Training.Tests.LabelKinds;

public sealed class MultiLabelResultTests
{
    [Theory]
    // The example of scikit-learn's average_precision_score, and equal probabilities, which count together.
    [InlineData("0011", new[] { 0.1f, 0.4f, 0.35f, 0.8f }, 0.8333333)]
    [InlineData("1010", new[] { 0.5f, 0.5f, 0.5f, 0.5f }, 0.5)]
    [InlineData("1100", new[] { 0.9f, 0.8f, 0.2f, 0.1f }, 1)]
    [InlineData("0001", new[] { 0.9f, 0.8f, 0.2f, 0.1f }, 0.25)]
    public void AveragePrecision_IsTheAreaBelowPrecisionOverRecall(string truth, float[] probabilities, double expected) =>
        Assert.Equal(expected, RankedRetrieval.AveragePrecision([.. truth.Select(t => t == '1')], probabilities)!.Value, 1e-6);

    [Fact]
    public void AveragePrecision_OfALabelThatNoImageHas_IsNone() =>
        Assert.Null(RankedRetrieval.AveragePrecision([false, false], [0.1f, 0.9f]));

    [Theory]
    // Between the lowest right one and the next: 0.35 and 0.1.
    [InlineData("0111", new[] { 0.1f, 0.4f, 0.35f, 0.8f }, 0.225)]
    // The highest alone is right.
    [InlineData("0001", new[] { 0.1f, 0.4f, 0.35f, 0.8f }, 0.6)]
    // All are right: between the lowest and 0.
    [InlineData("11", new[] { 0.3f, 0.2f }, 0.1)]
    // Nothing to learn from.
    [InlineData("00", new[] { 0.3f, 0.2f }, 0.5)]
    // F1 is 2/3 at 0.85 and at 0.3; the second is nearer to one half.
    [InlineData("1001", new[] { 0.9f, 0.8f, 0.7f, 0.6f }, 0.3)]
    public void BestThreshold_HasTheHighestF1_AndLiesBetweenTwoImages(string truth, float[] probabilities, double expected) =>
        Assert.Equal(expected, RankedRetrieval.BestThreshold([.. truth.Select(t => t == '1')], probabilities), 1e-6);

    [Fact]
    public void Figures_AtGivenThresholds_AreCountedByHand()
    {
        var result = MultiLabelResult.Of(
            ["cat", "dog", "never"],
            [Of("1", "cat", 0.9f, 0.6f), Of("2", "cat,dog", 0.4f, 0.7f), Of("3", "dog", 0.2f, 0.3f), Of("4", "", 0.8f, 0.1f)],
            0.5,
            [0.5, 0.5, 0.5]
        );

        // cat: given to 1 and 4; dog: given to 1 and 2.
        LabelScore cat = result.LabelScores[0];
        Assert.Equal((2, 1, 1, 1), (cat.Images, cat.TruePositives, cat.FalsePositives, cat.FalseNegatives));
        Assert.Equal((0.5, 0.5, 0.5), (cat.Precision, cat.Recall, cat.F1));
        Assert.Equal(0.5, result.MicroF1);
        Assert.Equal(0.5, result.MacroF1);
        Assert.Null(result.LabelScores[2].F1);
        // cat: 1 and then 2 of 3; dog: 1 and then 2 of 3.
        Assert.Equal((1 + 2 / 3.0) / 2, result.MeanAveragePrecision, 1e-9);
        var metrics = new Dictionary<string, double>();
        result.AddMetrics(metrics, Split.Test);
        Assert.Equal(
            [MetricKeys.TestLoss, MetricKeys.TestMacroF1, MetricKeys.TestMap, MetricKeys.TestMicroF1],
            metrics.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Mistakes_NameTrueAndGivenLabels_TheWorstFirst()
    {
        var result = MultiLabelResult.Of(
            ["cat", "dog"],
            [Of("right", "cat", 0.9f, 0.1f), Of("bad", "cat", 0.6f, 0.6f), Of("worse", "", 0.99f, 0.2f)],
            0.5,
            [0.5, 0.5]
        );

        IReadOnlyList<SamplePrediction> mistakes = result.Mistakes();

        Assert.Equal(["worse", "bad"], mistakes.Select(m => m.Sha256));
        Assert.Equal([], mistakes[0].Labels);
        Assert.Equal(["cat"], mistakes[1].Labels);
        Assert.Equal([("cat", true), ("dog", true)], mistakes[1].Top.Select(t => (t.Label, t.IsPredicted!.Value)).Order());
    }

    [Fact]
    public void Examples_ShowAnImageOfEachLabel()
    {
        var result = MultiLabelResult.Of(
            ["cat", "dog"],
            [Of("1", "cat", 0.9f, 0.1f), Of("2", "cat", 0.9f, 0.1f), Of("3", "dog", 0.6f, 0.6f)],
            0.5,
            null
        );

        Assert.Equal(["1", "3"], result.Examples(2).Select(e => e.Sha256));
        Assert.Equal(3, result.Examples(8).Count);
    }

    private static LabelledPrediction Of(string name, string labels, params float[] probabilities)
    {
        string[] given = labels.Split(',', StringSplitOptions.RemoveEmptyEntries);
        string[] all = ["cat", "dog", "never"];
        return new LabelledPrediction(
            new Sample
            {
                File = name,
                Sha256 = name,
                Name = name,
                Labels = given,
                Split = Split.Validation,
                Width = 1,
                Height = 1,
            },
            [.. all.Select(given.Contains)],
            [.. probabilities, .. Enumerable.Repeat(0f, 3 - probabilities.Length)]
        );
    }
}
