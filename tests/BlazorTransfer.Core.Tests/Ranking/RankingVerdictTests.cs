using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Ranking;

namespace BlazorTransfer.Core.Tests.Ranking;

public sealed class RankingVerdictTests
{
    [Fact]
    public void Verdict_TakesTheMostAccurate_AndTheCheapestThatMayBeAsGood()
    {
        // The standard error of the best is 0.04 / √4 = 0.02.
        RankedCandidate large = New("large", 0.95, 0.04, gigaFlops: 8),
            small = New("small", 0.935, 0.01, gigaFlops: 0.6),
            tiny = New("tiny", 0.92, 0.01, gigaFlops: 0.1);

        Assert.Equal(new RankingVerdict(large, small, KnowsLittle: false), RankingVerdict.Of([tiny, large, small], folds: 4));
    }

    [Fact]
    public void Verdict_AmongEquallyAccurateOnes_GoesByLogMe()
    {
        RankedCandidate low = New("low", 1, 0, logMe: 0.2),
            high = New("high", 1, 0, logMe: 0.7);

        Assert.Equal(high, RankingVerdict.Of([low, high], folds: 5)!.Best);
    }

    [Fact]
    public void Verdict_WhereRandomWeightsDoAsWell_SaysSo_AndAdvisesThemNever()
    {
        RankedCandidate random = New("random", 0.99, 0, gigaFlops: 0.01) with { IsRandom = true },
            trained = New("trained", 0.9, 0.05);

        Assert.Equal(new RankingVerdict(trained, trained, KnowsLittle: true), RankingVerdict.Of([random, trained], folds: 5));
    }

    [Fact]
    public void Verdict_WithoutWeightsThatCouldBeRanked_IsNone()
    {
        RankedCandidate unreadable = New("unreadable", 1, 0) with { Scores = null, Error = Message.Plain("It is damaged.") };

        Assert.Null(RankingVerdict.Of([unreadable, New("random", 0.9, 0) with { IsRandom = true }], folds: 5));
    }

    [Fact]
    public void RivalsOf_TheLeader_AreThoseWhoseIntervalOverlaps()
    {
        // The half width of the leader's interval is 1.96 · 0.04 / √4 = 0.039; of the others 0.0098.
        RankedCandidate leader = New("leader", 0.95, 0.04),
            near = New("near", 0.91, 0.01),
            far = New("far", 0.9, 0.01),
            random = New("random", 0.95, 0.1) with { IsRandom = true };

        Assert.Equal([near], RankingVerdict.RivalsOf(leader, [far, random, near, leader], folds: 4));
        Assert.Empty(RankingVerdict.RivalsOf(leader, [far, leader], folds: 4));
    }

    private static RankedCandidate New(string name, double accuracy, double sd, double gigaFlops = 1, double logMe = 0) =>
        new()
        {
            Name = name,
            IsRandom = false,
            Scores = new CandidateScores(logMe, 1, accuracy, sd, 10, gigaFlops, 1, 1, 1),
        };
}
