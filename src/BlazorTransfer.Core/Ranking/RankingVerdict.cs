namespace BlazorTransfer.Core.Ranking;

/// <summary>What a ranking advises.</summary>
/// <param name="Best">The candidate whose linear probe is most accurate; the better LogME where several are.</param>
/// <param name="GoodValue">
/// The one with the fewest operations among those within one standard error of the best (Breiman et al., "Classification and Regression
/// Trees", 1984): what it is behind may be chance. It may be the best itself.
/// </param>
/// <param name="KnowsLittle">Random initialisation is within that reach too, so that none of the weights is shown to help.</param>
public sealed record RankingVerdict(RankedCandidate Best, RankedCandidate GoodValue, bool KnowsLittle)
{
    private const double Quantile = 1.959964;

    /// <summary>Pretrained candidates whose 95 % interval of the mean over the folds overlaps that of the best: it is not significantly
    /// better than they are.</summary>
    /// <param name="best">The candidate with the highest accuracy.</param>
    /// <param name="candidates">With or without scores.</param>
    /// <param name="folds">Of the linear probe.</param>
    public static IReadOnlyList<RankedCandidate> RivalsOf(RankedCandidate best, IReadOnlyList<RankedCandidate> candidates, int folds)
    {
        double Half(RankedCandidate c) => Quantile * c.Scores!.AccuracySd / Math.Sqrt(folds);
        double low = best.Scores!.Accuracy - Half(best);
        return
        [
            .. candidates
                .Where(c => c is { Scores: not null, IsRandom: false } && c != best && c.Scores.Accuracy + Half(c) >= low)
                .OrderByDescending(c => c.Scores!.Accuracy),
        ];
    }

    /// <summary>The verdict, or null where no weights could be ranked.</summary>
    /// <param name="candidates">With or without scores.</param>
    /// <param name="folds">Of the linear probe.</param>
    public static RankingVerdict? Of(IReadOnlyList<RankedCandidate> candidates, int folds)
    {
        RankedCandidate[] scored = [.. candidates.Where(c => c.Scores is not null)];
        RankedCandidate? best = scored
            .Where(c => !c.IsRandom)
            .OrderByDescending(c => c.Scores!.Accuracy)
            .ThenByDescending(c => c.Scores!.LogMe)
            .FirstOrDefault();
        if (best is null)
            return null;
        double reach = best.Scores!.Accuracy - best.Scores.AccuracySd / Math.Sqrt(folds);
        RankedCandidate[] within = [.. scored.Where(c => c.Scores!.Accuracy >= reach)];
        return new RankingVerdict(best, within.Where(c => !c.IsRandom).MinBy(c => c.Scores!.GigaFlops)!, within.Any(c => c.IsRandom));
    }
}
