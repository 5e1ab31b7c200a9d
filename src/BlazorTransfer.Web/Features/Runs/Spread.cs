namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Mean and sample standard deviation of a score over runs.</summary>
internal readonly record struct Spread(double Mean, double StandardDeviation, int Count)
{
    public override string ToString() => Count < 2 ? Mean.ToString("P1") : $"{Mean:P1} ± {100 * StandardDeviation:F1}";

    /// <summary>Null where there is nothing to average.</summary>
    public static Spread? Of(IEnumerable<double?> scores)
    {
        double[] known = [.. scores.OfType<double>()];
        if (known.Length == 0)
            return null;
        double mean = known.Average();
        return new Spread(
            mean,
            known.Length < 2 ? 0 : Math.Sqrt(known.Sum(s => (s - mean) * (s - mean)) / (known.Length - 1)),
            known.Length
        );
    }
}
