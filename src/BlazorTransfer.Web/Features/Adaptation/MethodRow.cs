using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>What one way of learning reached between two domains, over its seeds; the last four are means and need no label of the
/// target.</summary>
/// <param name="Runs">Its finished runs, in the order in which they were entered.</param>
/// <param name="Target">Top-1 on the target; null where nothing scores it.</param>
/// <param name="Gain">Over the source alone, where that was trained beside it.</param>
/// <param name="Information">Information maximisation, nats.</param>
/// <param name="Density">Soft neighbourhood density, nats.</param>
/// <param name="Risk">Deep embedded validation.</param>
/// <param name="Distance">Proxy A-distance of the domains.</param>
internal sealed record MethodRow(
    IReadOnlyList<Run> Runs,
    Spread? Target,
    PairedGain? Gain,
    double? Information,
    double? Density,
    double? Risk,
    double? Distance
)
{
    /// <summary>All ways that were tried between the domains of one run: the best on the target first, or by information maximisation where
    /// it has no labels.</summary>
    /// <param name="runs">The project's.</param>
    /// <param name="runId">One of them.</param>
    /// <param name="answers">What was right on the target.</param>
    public static IReadOnlyList<MethodRow> Between(IReadOnlyList<Run> runs, string runId, RunAnswers answers)
    {
        if (runs.FirstOrDefault(r => r.Id == runId)?.Job is not { Target: { } target } job)
            return [];
        Run[] same =
        [
            .. runs.Where(r =>
                r.Status == RunStatus.Succeeded
                && r.Job.Target is { IsOracle: false } other
                && Same(r.Job.Data, job.Data)
                && Same(other.Data, target.Data)
                && SameScored(other, target)
            ),
        ];
        ILookup<string?, Run> baselines = same.Where(r => r.Submission.Part == AdaptationPart.SourceOnly)
            .ToLookup(r => r.Submission.ExperimentId);
        return
        [
            .. same.GroupBy(r => (Experiment: r.Submission.ExperimentId ?? r.Id, r.Submission.Part, r.Submission.Trial))
                .Select(g =>
                {
                    Run[] members = [.. g.OrderBy(r => r.Submission.Number)];
                    // Of a search's trial, the last round is what it came to: the shorter ones before it were on the way, not other seeds.
                    if (g.Key.Trial > 0)
                        members = [members.MaxBy(r => r.Submission.Round)!];
                    double? Mean(Func<LabelFreeScores, double?> of) =>
                        members.Select(r => r.LabelFree is { } scores ? of(scores) : null).Average();
                    bool isBaseline = g.Key.Part == AdaptationPart.SourceOnly;
                    return new MethodRow(
                        members,
                        Spread.Of(members.Select(r => r.TargetTop1)),
                        isBaseline ? null : answers.TargetGain(members, baselines[members[0].Submission.ExperimentId]),
                        Mean(s => s.Information),
                        Mean(s => s.Density),
                        Mean(s => s.Risk),
                        Mean(s => s.Distance)
                    );
                })
                .OrderByDescending(row => row.Target?.Mean)
                .ThenByDescending(row => row.Information),
        ];
    }

    /// <summary>What its runs are, for people, such as <c>5 seeds</c>.</summary>
    public string Extent =>
        Runs[0].Submission.Trial is > 0 and int trial
            ? Texts<AdaptationTexts>.Get("TrialOfSearch", trial)
            : Texts<RunTexts>.Count("Count.Seed", Runs.Count);

    /// <summary>Images whose labels are learned from are taken out of those that score only where all are adapted to.</summary>
    private static bool SameScored(TargetSpec one, TargetSpec other) =>
        one.Transductive == other.Transductive && (!one.Transductive || one.LabelledPerClass == other.LabelledPerClass);

    /// <summary>The same version of the same images.</summary>
    private static bool Same(DataSpec one, DataSpec other) => one.Manifest == other.Manifest && one.Only == other.Only;
}
