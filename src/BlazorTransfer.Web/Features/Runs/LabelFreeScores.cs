using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Scores of a model on the target that need no label of the target.</summary>
/// <param name="Information">See <see cref="MetricKeys.TargetInformation"/>.</param>
/// <param name="Density">See <see cref="MetricKeys.TargetDensity"/>; null where there were too few images, as the others.</param>
/// <param name="Risk">See <see cref="MetricKeys.TargetRisk"/>.</param>
/// <param name="Distance">See <see cref="MetricKeys.DomainDistance"/>.</param>
internal sealed record LabelFreeScores(double Information, double? Density, double? Risk, double? Distance)
{
    /// <summary>Null where an epoch did not look at a target.</summary>
    public static LabelFreeScores? Of(IReadOnlyDictionary<string, double> metrics)
    {
        double? Value(string key) => metrics.TryGetValue(key, out double value) ? value : null;
        return Value(MetricKeys.TargetInformation) is not { } information
            ? null
            : new LabelFreeScores(
                information,
                Value(MetricKeys.TargetDensity),
                Value(MetricKeys.TargetRisk),
                Value(MetricKeys.DomainDistance)
            );
    }
}
