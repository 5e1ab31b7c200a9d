using BlazorTransfer.Training.Ranking;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Ranking;

public sealed class HScoreTests
{
    /// <summary>One feature is a multiple of the identity whatever is shrunk: the score is the share of the spread that is between the
    /// classes.</summary>
    [Fact]
    public void Score_OfOneFeature_IsTheCorrelationRatio()
    {
        using var scope = NewDisposeScope();
        // Class means 1 and 5 with two and three images, so that the mean is 17/5.
        Tensor features = tensor([0.0, 2.0, 4.0, 5.0, 6.0]).unsqueeze(1);
        double between = 2 * Math.Pow(1 - 3.4, 2) + 3 * Math.Pow(5 - 3.4, 2),
            within = 2 + 2;

        Assert.Equal(between / (between + within), HScore.Score(features, [0, 0, 1, 1, 1], 2), 12);
    }

    [Theory]
    [InlineData(60, 20, 0.9949334722109102)]
    [InlineData(20, 60, 0.6266277154519407)]
    public void Score_OfFillRuleFeatures_IsNumPys(int samples, int width, double expected)
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(samples, width, bump: 1.5);

        // NumPy in float64, X centred: S = XᵀX/N, μ = tr S/D, d² = |S − μI|²/D, b² = min(d², Σ |x xᵀ − S|²/(N² D)), a = b²/d²,
        // Z = GᵀG/N with each row of G its class's mean; (1 − a) tr(((1 − a) S + a μ I)⁻¹ Z).
        Assert.Equal(expected, HScore.Score(features, labels, 3), 10);
    }

    [Fact]
    public void Score_OfMovedTurnedOrScaledFeatures_IsTheSame()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Constructed.Features(40, 12, bump: 1);
        double score = HScore.Score(features, labels, 3);

        Assert.Equal(score, HScore.Score(features + 7, labels, 3), 9);
        Assert.Equal(score, HScore.Score(features.mm(Constructed.Rotation(12)) * 0.001, labels, 3), 9);
    }

    [Fact]
    public void Score_RisesWithWhatTheFeaturesTell_FromNothingToClassesMinusOne()
    {
        using var scope = NewDisposeScope();
        double[] scores =
        [
            .. new[] { 0, 0.5, 1, 2, 4, 50 }
                .Select(bump => Constructed.Features(90, 10, bump))
                .Select(f => HScore.Score(f.Features, f.Labels, 3)),
        ];

        Assert.Equal(scores.Order(), scores);
        Assert.InRange(scores[^1], 1.9, 2);
        Assert.Equal(0, HScore.Score(ones(6, 4), [0, 1, 0, 1, 0, 1], 2));
    }
}
