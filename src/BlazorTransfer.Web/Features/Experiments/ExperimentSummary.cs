using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.Experiments;

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

/// <summary>What the finished runs of an experiment reached together. The scores are top-1, 0…1.</summary>
/// <param name="Finished">Runs that succeeded.</param>
/// <param name="LastTop1">Validation, last epoch: nothing was chosen on these images.</param>
/// <param name="BestTop1">Validation, best epoch, which was chosen on the same images and flatters.</param>
/// <param name="TestTop1">Test split, where there is one.</param>
/// <param name="TargetTop1">Labelled images of the target domain, where there are any.</param>
internal sealed record ExperimentSummary(int Finished, Spread? LastTop1, Spread? BestTop1, Spread? TestTop1, Spread? TargetTop1)
{
    public static ExperimentSummary Of(IReadOnlyList<Run> runs)
    {
        Run[] finished = [.. runs.Where(r => r.Status == RunStatus.Succeeded)];
        return new ExperimentSummary(
            finished.Length,
            Spread.Of(finished.Select(r => r.LastTop1)),
            Spread.Of(finished.Select(r => r.BestTop1)),
            Spread.Of(finished.Select(r => r.TestTop1)),
            Spread.Of(finished.Select(r => r.TargetTop1))
        );
    }
}
