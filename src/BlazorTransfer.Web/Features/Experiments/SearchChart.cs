using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>The trials of a search as lines: an axis for each setting that was searched, and one for what came of it.</summary>
internal static class SearchChart
{
    /// <param name="plan">The search.</param>
    /// <param name="specs">The method's settings.</param>
    /// <param name="trials">Those with a score, each once.</param>
    /// <param name="score">What they are compared by.</param>
    /// <param name="href">Where a trial is found.</param>
    public static (IReadOnlyList<ParallelAxis> Axes, IReadOnlyList<ParallelLine> Lines) Draw(
        SearchPlan plan,
        IReadOnlyList<ParameterSpec> specs,
        IReadOnlyList<Run> trials,
        TrialScore score,
        Func<Run, string> href
    )
    {
        Scale[] scales =
        [
            .. plan
                .Ranges.Where(r => specs.Any(s => s.Name == r.Name))
                .Select(r => Scale.Of(r, specs.First(s => s.Name == r.Name), trials)),
        ];
        double[] scores = [.. trials.Select(t => score.Value(t) ?? 0)];
        double low = scores.DefaultIfEmpty(0).Min(),
            high = scores.DefaultIfEmpty(1).Max();
        // The best is on top.
        double Share(double value) =>
            high <= low ? 1
            : score.LowIsGood ? (high - value) / (high - low)
            : (value - low) / (high - low);
        return (
            [
                .. scales.Select(s => s.Axis),
                new ParallelAxis(
                    score.Short,
                    high > low ? [(Share(low), score.Show(low)), (Share(high), score.Show(high))] : [(1, score.Show(high))]
                ),
            ],
            [
                .. trials.Select(
                    (t, i) =>
                        new ParallelLine(
                            Texts<ExperimentTexts>.Get("TrialNumber", t.Submission.Trial),
                            [.. scales.Select(s => s.Position(t)), Share(scores[i])],
                            [.. scales.Select(s => s.Shown(t)), score.Show(scores[i])],
                            Share(scores[i]),
                            href(t)
                        )
                ),
            ]
        );
    }

    /// <summary>What a trial has for a setting.</summary>
    public static ParameterValue ValueOf(Run trial, ParameterSpec spec) =>
        trial.Job.Parameters.TryGetValue(spec.Name, out ParameterValue value) ? value : spec.Default;

    private sealed record Scale(ParameterSpec Spec, ParallelAxis Axis, Func<ParameterValue, double> Place)
    {
        public static Scale Of(SearchRange range, ParameterSpec spec, IReadOnlyList<Run> trials)
        {
            string name = spec.Unit is null ? spec.DisplayName : $"{spec.DisplayName} ({spec.Unit})";
            if (range.Values is { } values)
            {
                // The first trial may have a value that is not searched.
                List<string> all = [.. values.Select(v => v.ToString()).Union(trials.Select(t => ValueOf(t, spec).ToString()))];
                double Step(string value) => all.Count < 2 ? 0.5 : (double)all.IndexOf(value) / (all.Count - 1);
                return new Scale(
                    spec,
                    new ParallelAxis(
                        name,
                        [.. all.Select(v => (Step(v), spec.Choices.FirstOrDefault(c => c.Value == v)?.DisplayName ?? v))]
                    ),
                    v => Step(v.ToString())
                );
            }

            double[] own =
            [
                .. trials.Select(t => ValueOf(t, spec).AsNumber ?? range.Low).Where(v => !spec.Logarithmic || v > 0),
                range.Low,
                range.High,
            ];
            double low = own.Min(),
                high = own.Max();
            bool logarithmic = spec.Logarithmic && low > 0;
            double Position(double value) =>
                logarithmic ? Math.Log(Math.Max(value, low) / low) / Math.Log(high / low) : (value - low) / (high - low);
            double middle = logarithmic ? Math.Sqrt(low * high) : (low + high) / 2;
            return new Scale(
                spec,
                new ParallelAxis(name, [(0, low.ToString("G3")), (0.5, middle.ToString("G2")), (1, high.ToString("G3"))]),
                v => Position(v.AsNumber ?? low)
            );
        }

        public double Position(Run trial) => Place(ValueOf(trial, Spec));

        public string Shown(Run trial) => ValueOf(trial, Spec).ToString();
    }
}
