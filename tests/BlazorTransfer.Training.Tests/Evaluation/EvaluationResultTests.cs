using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.LabelKinds;

namespace BlazorTransfer.Training.Tests.Evaluation;

public sealed class EvaluationResultTests
{
    [Fact]
    public void Mistakes_OfVeryMany_KeepSomeOfEachConfusion_AndTheMostConfidentOfThose()
    {
        // 300 times a for b, surely; 3 times b for c, hardly.
        Prediction[] predictions =
        [
            .. Enumerable.Range(0, 300).Select(i => Of(i, truth: 0, 0, 0.9f + i / 10_000f, 0)),
            .. Enumerable.Range(300, 3).Select(i => Of(i, truth: 1, 0, 0, 0.4f + i / 10_000f)),
            Of(303, truth: 1, 0, 0.5f, 0),
        ];

        SamplePrediction[] mistakes = [.. new SingleLabelResult(["a", "b", "c"], predictions, 1).Mistakes()];

        Assert.Equal(200, mistakes.Length);
        Assert.Equal([.. Enumerable.Range(103, 197).Reverse().Select(i => $"{i}"), "302", "301", "300"], mistakes.Select(m => m.Sha256));
        Assert.DoesNotContain(mistakes, m => m.Label == m.Top[0].Label);
    }

    [Fact]
    public void MeanOf_CountsTheClassesAndEachLabelSetAlike()
    {
        var result = new SingleLabelResult(["a", "b"], [Of(0, 0, 0.9f, 0.1f)], 0.25)
        {
            LabelSets = [("light", new SingleLabelResult(["x", "y"], [Of(0, 1, 0.8f, 0.2f), Of(1, 1, 0.2f, 0.8f)], 0.75))],
        };

        Assert.Equal(0.75, result.MeanOf(r => r.Main));
        Assert.Equal(0.5, result.MeanOf(r => r.Loss));
    }

    private static Prediction Of(int number, int truth, params float[] probabilities) =>
        new(
            new Sample
            {
                File = $"{number}",
                Sha256 = $"{number}",
                Name = $"{number}",
                Split = Split.Validation,
                Width = 1,
                Height = 1,
            },
            truth,
            probabilities
        );
}
