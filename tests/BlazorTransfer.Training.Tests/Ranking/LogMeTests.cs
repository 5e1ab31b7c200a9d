using BlazorTransfer.Training.Ranking;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Ranking;

public sealed class LogMeTests
{
    [Fact]
    public void Score_OfFillRuleFeatures_IsNumPys()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(60, 20, bump: 1.5);

        // NumPy in float64: the paper's iteration α = γ/m·m, β = (N − γ)/|F m − y|² with A = αI + βFᵀF, m = βA⁻¹Fᵀy and γ = Σ λ/(α + λ)
        // over
        // the eigenvalues of βFᵀF, until α/β stands still; then D/2 ln α + N/2 ln β − ½ ln det A − β/2 |F m − y|² − α/2 m·m − N/2 ln 2π,
        // over N.
        Assert.Equal(-0.535778930285911, LogMe.Score(features, labels, 3), 10);
    }

    /// <summary>The evidence is the density of the labels under N(0, I/β + F Fᵀ/α): computed that way, no α and β give more.</summary>
    [Theory]
    [InlineData(24, 6)]
    [InlineData(12, 18)]
    public void Score_IsTheHighestLogDensityOfTheLabels(int samples, int width)
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(samples, width, bump: 1);
        double sum = 0;
        for (int c = 0; c < 3; c++)
        {
            Tensor y = tensor([.. labels.Select(l => l == c ? 1.0 : 0.0)]).unsqueeze(1);
            double best = double.NegativeInfinity;
            for (double logAlpha = -4; logAlpha <= 12; logAlpha += 0.5)
            {
                for (double logBeta = -4; logBeta <= 14; logBeta += 0.5)
                {
                    using var step = NewDisposeScope();
                    Tensor covariance = eye(samples, dtype: float64) * Math.Exp(-logBeta) + features.mm(features.t()) * Math.Exp(-logAlpha);
                    Tensor factor = linalg.cholesky(covariance);
                    double mahalanobis = linalg.solve(covariance, y).mul(y).sum().item<double>();
                    double density =
                        -factor.diagonal().log().sum().item<double>() - mahalanobis / 2 - samples / 2.0 * Math.Log(2 * Math.PI);
                    best = Math.Max(best, density);
                }
            }

            sum += best / samples;
        }

        double score = LogMe.Score(features, labels, 3);
        // The grid is coarse, so that the score may be a little above it, and never below.
        Assert.InRange(score, sum / 3, sum / 3 + 0.03);
    }

    [Fact]
    public void Score_OfTurnedScaledOrReorderedFeatures_IsTheSame()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(40, 12, bump: 1);
        double score = LogMe.Score(features, labels, 3);
        long[] reversed = [.. Enumerable.Range(0, 40).Select(i => 39L - i)];

        Assert.Equal(score, LogMe.Score(features.mm(Constructed.Rotation(12)), labels, 3), 9);
        Assert.Equal(score, LogMe.Score(features * 1000, labels, 3), 9);
        Assert.Equal(score, LogMe.Score(features.index_select(0, tensor(reversed)), [.. labels.Reverse()], 3), 9);
        // A class without images changes nothing.
        Assert.Equal(score, LogMe.Score(features, labels, 4), 9);
    }

    [Fact]
    public void Score_RisesWithWhatTheFeaturesTell()
    {
        using var scope = NewDisposeScope();
        double[] scores =
        [
            .. new[] { 0, 0.5, 1, 2, 4 }
                .Select(bump => Constructed.Features(60, 20, bump))
                .Select(f => LogMe.Score(f.Features, f.Labels, 3)),
        ];

        Assert.Equal(scores.Order(), scores);
        Assert.Equal(scores.Distinct().Count(), scores.Length);
    }

    [Fact]
    public void Score_WhereTheIterationOfThePaperRunsOff_IsFinite()
    {
        using var scope = NewDisposeScope();
        (Tensor telling, int[] labels) = Constructed.Features(60, 3, bump: 0);
        for (int i = 0; i < 60; i++)
            telling[i] = nn.functional.one_hot(tensor((long)labels[i]), 3).to(float64);
        double exact = LogMe.Score(telling, labels, 3),
            nothing = LogMe.Score(zeros(60, 3, dtype: float64), labels, 3);

        Assert.True(double.IsFinite(exact) && double.IsFinite(nothing));
        Assert.True(exact > nothing + 1);
        // Nothing told: the labels are noise of variance 1/3, and their log density is −½ (1 + ln 2π/3).
        Assert.Equal(-(1 + Math.Log(2 * Math.PI / 3)) / 2, nothing, 9);
    }
}
