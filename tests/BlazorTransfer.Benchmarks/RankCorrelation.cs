namespace BlazorTransfer.Benchmarks;

/// <summary>How alike two orders are: 1 for the same, -1 for the reverse, 0 for unrelated ones.</summary>
internal static class RankCorrelation
{
    /// <summary>Spearman's ρ: Pearson's correlation of the ranks, equal values sharing theirs. NaN where all values of a side are
    /// equal.</summary>
    public static double Spearman(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double[] x = Ranks(a),
            y = Ranks(b);
        double meanX = x.Average(),
            meanY = y.Average();
        double covariance = x.Zip(y, (u, v) => (u - meanX) * (v - meanY)).Sum();
        return covariance / Math.Sqrt(x.Sum(u => (u - meanX) * (u - meanX)) * y.Sum(v => (v - meanY) * (v - meanY)));
    }

    /// <summary>Kendall's τ-b: pairs in the same order less pairs in the reverse one, over the pairs that have an order on both
    /// sides.</summary>
    public static double Kendall(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double agreement = 0,
            orderedA = 0,
            orderedB = 0;
        for (int i = 0; i < a.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int signA = a[i].CompareTo(a[j]),
                    signB = b[i].CompareTo(b[j]);
                agreement += Math.Sign(signA) * Math.Sign(signB);
                orderedA += signA == 0 ? 0 : 1;
                orderedB += signB == 0 ? 0 : 1;
            }
        }

        return agreement / Math.Sqrt(orderedA * orderedB);
    }

    private static double[] Ranks(IReadOnlyList<double> values) =>
        [.. values.Select(v => values.Count(o => o < v) + (values.Count(o => o == v) + 1) / 2.0)];
}
