using BlazorTransfer.Training.Optimization;

namespace BlazorTransfer.Training.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void OneCycle_RisesFromATwentyFifthToTheRate_AndFallsToZero()
    {
        var schedule = new LearningRateSchedule("one-cycle", warmUpSteps: 10, totalSteps: 100);

        double[] factors = [.. Enumerable.Range(0, 101).Select(s => schedule.Factor(s))];

        Assert.Equal(0.04, factors[0], 1e-9);
        Assert.Equal(30, Array.IndexOf(factors, factors.Max()));
        Assert.Equal(1, factors[30], 1e-9);
        Assert.Equal(0, factors[100], 1e-9);
        // PyTorch 2: OneCycleLR(max_lr=1, total_steps=101, div_factor=25), at step 15; halfway up a cosine.
        Assert.Equal(0.52, factors[15], 1e-9);
    }

    [Theory]
    [InlineData("constant", 1, 1)]
    [InlineData("cosine", 0.5, 0)]
    [InlineData("step", 1, 0.1)]
    public void Factor_AfterTheWarmUp_FollowsItsRule(string kind, double halfway, double atTheEnd)
    {
        var schedule = new LearningRateSchedule(kind, warmUpSteps: 10, totalSteps: 110);

        Assert.Equal(1 / 11.0, schedule.Factor(0), 1e-9);
        Assert.Equal(10 / 11.0, schedule.Factor(9), 1e-9);
        Assert.Equal(halfway, schedule.Factor(60), 1e-9);
        Assert.Equal(atTheEnd, schedule.Factor(110), 1e-9);
    }

    [Fact]
    public void Plateau_FallsToATenth_WheneverThreeEpochsInARowBringNothingBetter()
    {
        var schedule = new LearningRateSchedule("plateau", warmUpSteps: 0, totalSteps: 100);
        double[] after =
        [
            .. new[] { true, false, false, true, false, false, false, false, false, false }.Select(isBest =>
            {
                schedule.EndEpoch(isBest);
                return schedule.Factor(50);
            }),
        ];

        double[] expected = [1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01];
        for (int epoch = 0; epoch < expected.Length; epoch++)
            Assert.Equal(expected[epoch], after[epoch], 1e-12);
    }
}
