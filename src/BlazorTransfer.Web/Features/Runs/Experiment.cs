using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What the runs of an experiment differ in.</summary>
internal enum ExperimentType
{
    /// <summary>Settings, as a search drew them.</summary>
    Search,

    /// <summary>A method of domain adaptation and its baselines.</summary>
    Adaptation,

    /// <summary>Configurations that were chosen, each with the same folds or seeds.</summary>
    Comparison,

    /// <summary>Folds of a cross-validation.</summary>
    CrossValidation,

    /// <summary>Seeds.</summary>
    Repeats,
}

/// <summary>Runs that were submitted together, and what they show together. Everything is computed from the runs.</summary>
internal sealed record Experiment
{
    private Experiment(IReadOnlyList<Run> members, IReadOnlyList<ConfigurationResult> configurations) =>
        (Members, Configurations) = (members, configurations);

    /// <summary>All runs in the order in which they were entered; at least one.</summary>
    public IReadOnlyList<Run> Members { get; }

    /// <summary>The best first. A further round counts more than a score, and a final mean more than one of some folds.</summary>
    public IReadOnlyList<ConfigurationResult> Configurations { get; }

    private Run First => Members[0];

    public string Id => First.Submission.ExperimentId!;

    public string ProjectId => First.Submission.ProjectId;

    public string Name => First.ExperimentName!;

    public SearchPlan? Search => First.Submission.Search;

    public TrialScore Score => Configurations[0].Score;

    public bool HasTarget => First.Job.Target is not null;

    /// <summary>Folds of the cross-validation; 0 where there is none.</summary>
    public int Folds => First.Job.Fold?.Count ?? 0;

    public int Open => Members.Count(r => !r.Status.IsFinal());

    public int Finished => Members.Count(r => r.Status == RunStatus.Succeeded);

    public ExperimentType Type =>
        Search is not null ? ExperimentType.Search
        : First.Submission.Part is not null ? ExperimentType.Adaptation
        : Configurations.Count > 1 ? ExperimentType.Comparison
        : Folds > 0 ? ExperimentType.CrossValidation
        : ExperimentType.Repeats;

    /// <summary>The best configuration with a result; the adapted one where that is compared with baselines. Null while there is
    /// none.</summary>
    public ConfigurationResult? Best =>
        Type == ExperimentType.Adaptation
            ? Configurations.FirstOrDefault(c => c.Part == AdaptationPart.Method && c.Finished.Any())
            : Configurations.FirstOrDefault(c => c.Rank is not null);

    /// <summary>The second best, where configurations are ranked.</summary>
    public ConfigurationResult? Second =>
        Type == ExperimentType.Adaptation ? null : Configurations.SkipWhile(c => c != Best).Skip(1).FirstOrDefault(c => c.Rank is not null);

    /// <summary>Whether a further run could change which configuration is best, or its figure.</summary>
    public bool IsProvisional => Open > 0 || HasNextRound;

    /// <summary>Whether the search goes on once its round has ended. A cancelled trial ends it.</summary>
    private bool HasNextRound =>
        LastRound + 1 < (Search?.Rounds ?? 1)
        && Members.Where(r => r.Submission.Round == LastRound).ToArray() is var round
        && round.All(r => r.Status != RunStatus.Cancelled)
        && round.Any(r => r.Status == RunStatus.Succeeded);

    /// <summary>The round that runs or ran last, from 0.</summary>
    public int LastRound => Members.Max(r => r.Submission.Round);

    /// <summary>Status for all of them: that of a run that is not final, or else whether any succeeded.</summary>
    public RunStatus Status =>
        Members.Select(r => r.Status).Where(s => s.HasWorker()).Order().LastOrDefault(RunStatus.Queued)
            is var active
                and not RunStatus.Queued
            ? active
        : Open > 0 ? RunStatus.Queued
        : Finished > 0 ? RunStatus.Succeeded
        : Members[^1].Status;

    /// <summary>Time from the first start to the last end, or until now.</summary>
    public TimeSpan? Duration(DateTimeOffset now) =>
        Members.Min(r => r.StartedAt) is { } started ? (Open > 0 ? now : Members.Max(r => r.FinishedAt) ?? now) - started : null;

    /// <param name="members">Its runs; at least one.</param>
    public static Experiment Of(IEnumerable<Run> members)
    {
        Run[] ordered = [.. members.OrderBy(r => r.Submission.Number)];
        TrialScore score = TrialScore.Of(ordered[0]);
        return new Experiment(
            ordered,
            [
                .. ordered
                    .GroupBy(r => (r.Submission.Part, r.Submission.Trial))
                    .Select(g =>
                    {
                        // Of a trial, the last round with a result: the shorter ones before it are not repeats of it.
                        int round = g.Where(r => r.Status == RunStatus.Succeeded)
                            .Select(r => r.Submission.Round)
                            .DefaultIfEmpty(g.Max(r => r.Submission.Round))
                            .Max();
                        return new ConfigurationResult([.. g.Where(r => r.Submission.Round == round)], score)
                        {
                            Pending = [.. g.Where(r => r.Submission.Round > round)],
                        };
                    })
                    .OrderByDescending(c => c.Round)
                    .ThenByDescending(c => c.IsComplete)
                    .ThenByDescending(c => c.Rank ?? double.NegativeInfinity)
                    .ThenBy(c => c.Number),
            ]
        );
    }

    /// <summary>The experiments among some runs.</summary>
    public static IEnumerable<Experiment> Among(IEnumerable<Run> runs) =>
        runs.Where(r => r.Submission.ExperimentId is not null).GroupBy(r => r.Submission.ExperimentId).Select(Of);
}
