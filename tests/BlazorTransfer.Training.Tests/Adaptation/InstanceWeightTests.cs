using System.Text.Json;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>Weights of the source's samples: by density ratios (KMM, KLIEP, uLSIF) and by boosting (TrAdaBoost).</summary>
public sealed class InstanceWeightTests
{
    [Fact]
    public void Kmm_OfTheReferenceDomains_ReachesTheMinimumThatSciPyFinds()
    {
        JsonElement numbers = ReferenceDomains.Numbers().GetProperty("kmm");
        using var scope = NewDisposeScope();

        using KernelMeanMatching kmm = KernelMeanMatching.Fit(
            ReferenceDomains.Source(),
            ReferenceDomains.Target(),
            gamma: 0.5,
            bound: 5,
            CancellationToken.None
        );

        Assert.Equal(numbers.GetProperty("objective").GetDouble(), kmm.Objective, 1e-4);
        Assert.InRange(kmm.Gap, 0, 1e-4);
        double[] weights = kmm.Weights.Values();
        ReferenceDomains.AssertClose(numbers.GetProperty("weights").Deserialize<double[]>()!, weights, 0.02);
        Assert.All(weights, w => Assert.InRange(w, 0, 5));
        Assert.InRange(Math.Abs(weights.Sum() - 30), 0, Math.Sqrt(30) * (Math.Sqrt(30) - 1) + 1e-9);
    }

    /// <summary>A target that is nowhere near: all of the sum's slack is used, and the sum still holds.</summary>
    [Theory]
    [InlineData(50.0, 1.0)]
    [InlineData(0.0, 1000.0)]
    public void Kmm_KeepsTheBoundsAndTheSum_WhereTheyBind(double offset, double bound)
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target() + offset;
        double slack = Math.Sqrt(30) * (Math.Sqrt(30) - 1);

        using KernelMeanMatching kmm = KernelMeanMatching.Fit(source, target, gamma: 0.5, bound, CancellationToken.None);

        double[] weights = kmm.Weights.Values();
        Assert.All(weights, w => Assert.InRange(w, 0, bound));
        Assert.InRange(weights.Sum(), 30 - slack - 1e-9, 30 + slack + 1e-9);
        Assert.InRange(kmm.Gap, 0, 1e-6 * Math.Max(1, Math.Abs(kmm.Objective)));
    }

    /// <summary>Source N(0, 1), target N(0.8, 0.6²): the ratio of the densities is known.</summary>
    [Theory]
    [InlineData("kmm")]
    [InlineData("kliep")]
    [InlineData("ulsif")]
    public void Weights_OfTwoGaussians_AreTheRatioOfTheirDensities(string method)
    {
        using var scope = NewDisposeScope();
        double[] grid = [.. Enumerable.Range(0, 200).Select(i => Quantile((i + 0.5) / 200))];
        Tensor source = tensor(grid).unsqueeze(1),
            target = tensor([.. grid.Where((_, i) => i % 2 == 0).Select(x => 0.8 + 0.6 * x)]).unsqueeze(1);
        double[] expected = [.. grid.Select(x => Math.Exp(x * x / 2 - (x - 0.8) * (x - 0.8) / 0.72) / 0.6)];

        double[] weights = Weights(method, source, target).Values();

        Assert.InRange(weights.Average(), 0.9, 1.1);
        double mean = expected.Average(),
            meanWeight = weights.Average();
        double covariance = expected.Zip(weights, (e, w) => (e - mean) * (w - meanWeight)).Sum();
        double correlation =
            covariance / Math.Sqrt(expected.Sum(e => (e - mean) * (e - mean)) * weights.Sum(w => (w - meanWeight) * (w - meanWeight)));
        Assert.True(correlation > 0.95, $"The weights' correlation with the ratio is {correlation}.");
        // As weights they give the target's mean and spread.
        double moment = grid.Zip(weights, (x, w) => x * w).Sum() / weights.Sum(),
            second = grid.Zip(weights, (x, w) => x * x * w).Sum() / weights.Sum();
        Assert.Equal(0.8, moment, 0.05);
        Assert.Equal(0.6, Math.Sqrt(second - moment * moment), 0.08);
    }

    [Theory]
    [InlineData("kliep")]
    [InlineData("ulsif")]
    public void Ratio_OfTheSameDomainTwice_IsAboutOne(string method)
    {
        using var scope = NewDisposeScope();
        Tensor domain = ReferenceDomains.Source(120, 2);

        double[] weights = Weights(method, domain, domain).Values();

        Assert.InRange(weights.Average(), 0.9, 1.05);
        Assert.InRange(weights.Average(w => Math.Abs(w - 1)), 0, 0.2);
    }

    [Fact]
    public void Kliep_HasMeanOneOnTheSource_AndNoLikelierMixtureNearby()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(60, 2),
            target = ReferenceDomains.Target(40, 2);

        using DensityRatio ratio = Kliep.Fit(source, target, gamma: 2, CancellationToken.None);

        Assert.Equal(1, ratio.At(source).mean().item<double>(), 1e-9);
        // Mixed with any one kernel's share, the mean log ratio rises by no more than the tolerance.
        double likelihood = ratio.At(target).log().mean().item<double>();
        Tensor kernels = PairwiseDistances.Gaussian(target, target, 2) / PairwiseDistances.Gaussian(source, target, 2).mean([0]);
        for (int l = 0; l < 40; l++)
        {
            double mixed = (ratio.At(target) * 0.9 + kernels[TensorIndex.Colon, l] * 0.1).log().mean().item<double>();
            Assert.True(mixed <= likelihood + 1e-4, $"Kernel {l} adds {mixed - likelihood}.");
        }
    }

    [Fact]
    public void Ulsif_IsTheSolutionOfItsEquations()
    {
        using var scope = NewDisposeScope();
        // One kernel: α = h/(H + λ).
        Tensor source = tensor(
                new[,]
                {
                    { 0.0 },
                    { 1 },
                }
            ),
            target = tensor(
                new[,]
                {
                    { 0.5 },
                }
            );
        double k = Math.Exp(-0.25),
            alpha = 1 / (k * k + 0.1);

        using DensityRatio ratio = UnconstrainedImportanceFitting.Fit(source, target, gamma: 1, lambda: 0.1);

        ReferenceDomains.AssertClose([alpha * k, alpha * k, alpha], ratio.At(cat([source, target], 0)).Values(), 1e-12);
    }

    [Fact]
    public void Regression_WithWeightTwo_IsThatOfADoubledSample()
    {
        using var scope = NewDisposeScope();
        Tensor features = ReferenceDomains.Source(),
            labels = arange(30) % 3,
            doubled = arange(30).less(10);
        Tensor weights = ones(30, dtype: float64) + doubled.to(float64);

        using LogisticRegression weighted = LogisticRegression.Fit(features, labels, 3, 0.01, CancellationToken.None, weights * 7);
        using LogisticRegression twice = LogisticRegression.Fit(
            cat([features, features.narrow(0, 0, 10)], 0),
            cat([labels, labels.narrow(0, 0, 10)], 0),
            3,
            0.01,
            CancellationToken.None
        );
        using LogisticRegression plain = LogisticRegression.Fit(features, labels, 3, 0.01, CancellationToken.None);

        Assert.Equal(twice.Value, weighted.Value, 1e-9);
        ReferenceDomains.AssertClose(twice.Logits(features).Values(), weighted.Logits(features).Values(), 1e-3);
        Assert.True(Math.Abs(plain.Value - weighted.Value) > 1e-3);
    }

    [Fact]
    public void TrAdaBoost_TakesTheWeightFromSamplesWhoseLabelsWereTurnedRound()
    {
        using var scope = NewDisposeScope();
        // Two classes by the sign of the first feature; every third label of the source is turned round.
        Tensor source = ReferenceDomains.Source(150, 3),
            target = ReferenceDomains.Source(170, 3).narrow(0, 150, 20);
        Tensor truth = source.select(1, 0).greater(0).to(int64),
            turned = (arange(150) % 3).eq(0);
        Tensor labels = where(turned, 1 - truth, truth),
            targetLabels = target.select(1, 0).greater(0).to(int64);
        Tensor unseen = ReferenceDomains.Target(200, 3),
            unseenLabels = unseen.select(1, 0).greater(0).to(int64);

        using TrAdaBoost boost = TrAdaBoost.Fit(source, labels, target, targetLabels, 2, rounds: 20, 1e-3, CancellationToken.None);

        double[] weights = boost.SourceWeights.Values();
        double right = weights.Where((_, i) => i % 3 != 0).Average(),
            wrong = weights.Where((_, i) => i % 3 == 0).Average();
        Assert.True(wrong < right / 10, $"The turned ones keep {wrong:F3}, the others {right:F3}.");
        Assert.All(weights, w => Assert.InRange(w, 0, 1));
        Assert.InRange(boost.Predict(unseen).eq(unseenLabels).to(float64).mean().item<double>(), 0.93, 1);
        // The soft vote is one linear classifier, and of nearly one mind with the vote.
        using LogisticRegression soft = boost.SoftVote();
        Assert.Equal([3, 2], soft.Coefficients.shape);
        Assert.InRange(soft.Predict(unseen).eq(boost.Predict(unseen)).to(float64).mean().item<double>(), 0.95, 1);
    }

    [Fact]
    public void MeanOfRegressions_HasTheWeightedMeanOfTheirLogits()
    {
        using var scope = NewDisposeScope();
        Tensor features = ReferenceDomains.Source(),
            labels = arange(30) % 3;
        using LogisticRegression one = LogisticRegression.Fit(features, labels, 3, 0.01, CancellationToken.None),
            other = LogisticRegression.Fit(features, (labels + 1) % 3, 3, 0.1, CancellationToken.None);

        using LogisticRegression mean = LogisticRegression.Mean([(one, 3), (other, 1)]);

        ReferenceDomains.AssertClose(
            (one.Logits(features) * 0.75 + other.Logits(features) * 0.25).Values(),
            mean.Logits(features).Values(),
            1e-12
        );
    }

    [Fact]
    public void Fits_LeaveNoTensorButTheirResult()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target(),
            labels = arange(30) % 2,
            few = labels.narrow(0, 0, 20);

        Assert.True(LiveTensors.LeftBy(() => KernelMeanMatching.Fit(source, target, 0.5, 5, CancellationToken.None)) <= 0);
        Assert.True(LiveTensors.LeftBy(() => Kliep.Fit(source, target, null, CancellationToken.None)) <= 0);
        Assert.True(LiveTensors.LeftBy(() => UnconstrainedImportanceFitting.Fit(source, target, null, null)) <= 0);
        Assert.True(LiveTensors.LeftBy(() => TrAdaBoost.Fit(source, labels, target, few, 2, 4, 0.01, CancellationToken.None)) <= 0);
    }

    private static Tensor Weights(string method, Tensor source, Tensor target)
    {
        if (method == "kmm")
        {
            using KernelMeanMatching kmm = KernelMeanMatching.Fit(source, target, gamma: 2, bound: 20, CancellationToken.None);
            return kmm.Weights.clone();
        }

        using DensityRatio ratio =
            method == "kliep"
                ? Kliep.Fit(source, target, null, CancellationToken.None)
                : UnconstrainedImportanceFitting.Fit(source, target, null, null);
        return ratio.At(source);
    }

    /// <summary>The x below which a normal variable is with the given probability.</summary>
    private static double Quantile(double probability)
    {
        using var scope = NewDisposeScope();
        return special.erfinv(tensor(2 * probability - 1)).item<double>() * Math.Sqrt(2);
    }
}
