using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Ranking;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Ranking;

public sealed class CrossValidatedProbeTests
{
    [Fact]
    public void Regression_OfFillRuleFeatures_ReachesTheMinimumOfNewtonsMethod()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(60, 20, bump: 1.5);

        using LogisticRegression model = LogisticRegression.Fit(
            features,
            tensor([.. labels.Select(l => (long)l)]),
            3,
            decay: 0.01,
            CancellationToken.None
        );

        // NumPy in float64, Newton's method on mean cross-entropy + 0.005 |W|², the bias free, to a gradient below 1e-13.
        Assert.Equal(0.1921463980061906, model.Value, 8);
    }

    [Fact]
    public void Accuracy_IsChanceWithoutASignal_AndAllWithAStrongOne()
    {
        using var scope = NewDisposeScope();
        (Tensor noise, int[] labels) = Constructed.Features(150, 10, bump: 0);
        (Tensor signal, _) = Constructed.Features(150, 10, bump: 8);

        Assert.InRange(Measure(noise, labels).Mean, 0.15, 0.52);
        Assert.Equal(new ProbeAccuracy(1, 0), Measure(signal, labels));
    }

    [Fact]
    public void Accuracy_WithTheSameSeed_IsTheSame_AndDoesNotDependOnTheScaleOfAFeature()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(90, 10, bump: 0.7);
        Tensor stretched = features * tensor([.. Enumerable.Range(0, 10).Select(i => Math.Pow(10, i - 5))]) + 3;

        Assert.Equal(Measure(features, labels), Measure(features, labels));
        Assert.Equal(Measure(features, labels).Mean, Measure(stretched, labels).Mean, 9);
    }

    [Fact]
    public void Folds_HaveTheClassesInProportion()
    {
        int[] labels = [.. Enumerable.Repeat(0, 50), .. Enumerable.Repeat(1, 23), .. Enumerable.Repeat(2, 3)];

        int[] folds = CrossValidatedProbe.Assign(labels, 5, seed: 1);

        Assert.All(
            Enumerable.Range(0, 5),
            f =>
            {
                Assert.Equal(10, labels.Where((l, i) => l == 0 && folds[i] == f).Count());
                Assert.InRange(labels.Where((l, i) => l == 1 && folds[i] == f).Count(), 4, 5);
                Assert.InRange(folds.Count(x => x == f), 15, 16);
            }
        );
        Assert.NotEqual(folds, CrossValidatedProbe.Assign(labels, 5, seed: 2));
    }

    private static ProbeAccuracy Measure(Tensor features, int[] labels) =>
        CrossValidatedProbe.Measure(features, labels, 3, 5, seed: 0, CancellationToken.None);
}
