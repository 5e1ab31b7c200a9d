namespace BlazorTransfer.Training.LabelKinds;

/// <summary>How well probabilities of a label put the images that have it before the others.</summary>
internal static class RankedRetrieval
{
    /// <summary>Threshold of a label that no image has, of which nothing can be learned.</summary>
    private const double Usual = 0.5;

    /// <summary>
    /// Area below precision over recall: Σ_k (R_k − R_{k−1}) P_k over the distinct probabilities from the highest, as in scikit-learn.
    /// Null
    /// where no image has the label.
    /// </summary>
    public static double? AveragePrecision(IReadOnlyList<bool> truth, IReadOnlyList<float> probabilities)
    {
        int positives = truth.Count(t => t);
        if (positives == 0)
            return null;
        double area = 0;
        int before = 0;
        foreach ((_, int given, int found) in Cuts(truth, probabilities))
        {
            area += (double)(found - before) / positives * found / given;
            before = found;
        }

        return area;
    }

    /// <summary>
    /// The threshold with the highest F1. Each lies in the middle between two neighbouring probabilities, or between the lowest and 0,
    /// so that
    /// new images near the boundary can fall on both sides; of equally good ones it is the one nearest to 0.5.
    /// </summary>
    public static double BestThreshold(IReadOnlyList<bool> truth, IReadOnlyList<float> probabilities)
    {
        int positives = truth.Count(t => t);
        if (positives == 0)
            return Usual;
        (double Least, int Given, int Found)[] cuts = [.. Cuts(truth, probabilities)];
        (double f1, double threshold) = cuts.Select(
                (cut, k) =>
                    (
                        F1: Math.Round(2.0 * cut.Found / (cut.Given + positives), 9),
                        Threshold: (cut.Least + (k + 1 < cuts.Length ? cuts[k + 1].Least : 0)) / 2
                    )
            )
            .MaxBy(c => (c.F1, -Math.Abs(c.Threshold - Usual)));
        return f1 > 0 ? threshold : Usual;
    }

    /// <summary>For each distinct probability from the highest: how many images have at least this, and how many of them the
    /// label.</summary>
    private static IEnumerable<(double Least, int Given, int Found)> Cuts(IReadOnlyList<bool> truth, IReadOnlyList<float> probabilities)
    {
        int given = 0,
            found = 0;
        foreach (
            IGrouping<float, int> equal in Enumerable.Range(0, truth.Count).GroupBy(i => probabilities[i]).OrderByDescending(g => g.Key)
        )
        {
            given += equal.Count();
            found += equal.Count(i => truth[i]);
            yield return (equal.Key, given, found);
        }
    }
}
