using BlazorTransfer.Core.Tuning;

namespace BlazorTransfer.Core.Tests.Tuning;

public sealed class LearningRateSuggestionTests
{
    [Fact]
    public void Suggestion_IsWhereTheLossFallsFastest()
    {
        // Flat at 2, falling to 0.5 with its steepest point at 10⁻³, rising again from about 10⁻¹ on.
        LearningRateSuggestion found = LearningRateSuggestion.Of(Curve(x => 2 - 1.5 * Sigmoid(4 * (x + 3)) + Math.Pow(10, 3 * (x - 0.2))));

        Assert.InRange(found.Rate!.Value, 0.8e-3, 1.25e-3);
        Assert.InRange(found.Lowest!.Value, 0.05, 0.3);
        Assert.StartsWith("The loss falls fastest here, and begins to rise at 0.", found.Reason, StringComparison.Ordinal);
        Assert.Equal(found.Rate.Value.ToString("E1"), found.Rate.Value.ToString("E6").Replace("00000", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Suggestion_CloseToTheRise_IsATenthOfTheLowest()
    {
        LearningRateSuggestion found = LearningRateSuggestion.Of(
            Curve(x =>
                x < -2 ? 2 - 0.2 * (x + 7) / 5
                : x < -1.5 ? 1.8 - 3 * (x + 2)
                : 0.3 + 4 * (x + 1.5)
            )
        );

        Assert.InRange(found.Lowest!.Value, 0.025, 0.04);
        Assert.InRange(found.Rate!.Value, found.Lowest.Value / 10.5, found.Lowest.Value / 9.5);
        Assert.True(found.Steepest > found.Rate);
        Assert.Contains("a tenth", found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Suggestion_OfALossThatStillFalls_SaysThatTheTestEndsThere()
    {
        LearningRateSuggestion found = LearningRateSuggestion.Of(Curve(x => 2 - Sigmoid(2 * x)));

        Assert.Contains("where the test ends", found.Reason, StringComparison.Ordinal);
        Assert.InRange(found.Rate!.Value, 0.9, 1.1);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    public void Suggestion_WhereTheLossNeverFell_IsNone(double noise)
    {
        var random = new Random(1);

        LearningRateSuggestion found = LearningRateSuggestion.Of(
            Curve(x => 1.4 + noise * (random.NextDouble() - 0.5) + Math.Pow(10, 2 * x))
        );

        Assert.Null(found.Rate);
        Assert.Contains("never fell", found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Suggestion_IgnoresTheFirstSteps_WhoseAverageIsNoise()
    {
        LearningRatePoint[] curve = [.. Curve(x => 2 - 1.5 * Sigmoid(4 * (x + 3)))];
        for (int i = 0; i < LearningRateSuggestion.FirstSteps - 1; i++)
            curve[i] = curve[i] with { Smoothed = i % 2 == 0 ? 5 : 0.1 };

        Assert.InRange(LearningRateSuggestion.Of(curve).Rate!.Value, 0.8e-3, 1.25e-3);
    }

    [Fact]
    public void Suggestion_OfALossThatWasNeverANumber_IsNone() =>
        Assert.Contains("no number", LearningRateSuggestion.Of([.. Curve(_ => double.NaN)]).Reason, StringComparison.Ordinal);

    [Fact]
    public void BatchSize_IsTheSmallestThatIsNearlyAsFastAsAny_WithItsShareOfTheRate()
    {
        BatchSizeSpeed[] measured = [new(4, 50, null), new(8, 80, null), new(16, 96, null), new(32, 100, null), new(64, 99, null)];

        Assert.Equal((16, 0.0025), Found(measured, batchSize: 32, images: 500));
        Assert.Equal((32, 0.0067), Found(measured[3..], batchSize: 24, images: 500));
        // Where an epoch is over in no time at any size, speed is no reason.
        Assert.Equal((null, null), Found(measured, batchSize: 32, images: 49));

        static (int?, double?) Found(BatchSizeSpeed[] measured, int batchSize, int images) =>
            BatchSizeSuggestion.Of(measured, batchSize, learningRate: 0.005, images) is var found
                ? (found.BatchSize, found.LearningRate)
                : default;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>A test of 100 rates from 10⁻⁷ to 10, whose smoothed loss is a function of the rate's logarithm.</summary>
    private static IReadOnlyList<LearningRatePoint> Curve(Func<double, double> loss) =>
        [
            .. Enumerable
                .Range(0, 100)
                .Select(i => -7 + 8 * i / 99.0)
                .Select(x => (x, y: loss(x)))
                .Select(p => new LearningRatePoint(Math.Pow(10, p.x), p.y, p.y)),
        ];
}
