using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The images that score a run. Accuracies of runs with another one are not comparable.</summary>
/// <param name="Data">The data set version.</param>
/// <param name="Only">Which part of it; null for all.</param>
/// <param name="Fold">The fold that validates; null for the data set's own split.</param>
/// <param name="Target">The target version and part that scores instead of the validation split; null where there is none.</param>
internal sealed record ComparisonBasis(
    string Data,
    SampleTag? Only,
    Fold? Fold,
    (string Data, SampleTag? Only, bool Transductive, int Labels)? Target
)
{
    public static ComparisonBasis Of(Run run) =>
        new(
            run.Job.Data.Manifest,
            run.Job.Data.Only,
            run.Job.Fold,
            run.Job.Target is { } t ? (t.Data.Manifest, t.Data.Only, t.Transductive, t.Transductive ? t.LabelledPerClass : 0) : null
        );
}

/// <summary>The best result of a project among those that are comparable: the same data version, split and metric.</summary>
/// <param name="Name">Run or configuration.</param>
/// <param name="Href">Its page.</param>
/// <param name="Accuracy">Of the best epochs; a mean where it is of several runs.</param>
/// <param name="On">The images that scored it, for people.</param>
/// <param name="Compared">How many results it was compared with, itself included.</param>
internal sealed record BestSoFar(string Name, string Href, Spread Accuracy, string On, int Compared)
{
    /// <summary>The best among the results that are comparable with the latest one; null while there is none.</summary>
    public static BestSoFar? Of(IReadOnlyList<Run> runs)
    {
        Result[] results =
        [
            // A run on all data has no accuracy, and a baseline that was trained on the target is no candidate.
            .. runs.Where(r =>
                    r is { Status: RunStatus.Succeeded, Top1: not null, Job: { Fold: null, Target: null or { IsOracle: false } } }
                )
                .Select(r => new Result(ComparisonBasis.Of(r), [r], r.Name, AppRoutes.Run(r.Submission.ProjectId, r.Id))),
            // A fold validates on images of its own: folds count together.
            .. Experiment
                .Among(runs.Where(r => r.Job.Fold is not null))
                .SelectMany(e => e.Configurations.Where(c => c.IsComplete && c.Top1 is not null).Select(c => (e, c)))
                .Select(p => new Result(
                    ComparisonBasis.Of(p.c.Runs[0]) with
                    {
                        Fold = p.c.Runs[0].Job.Fold! with { Index = 0 },
                    },
                    p.c.Runs,
                    p.c.Name,
                    AppRoutes.Experiment(p.e.ProjectId, p.e.Id)
                )),
        ];
        if (results.MaxBy(r => r.FinishedAt) is not { } latest)
            return null;
        Result[] comparable = [.. results.Where(r => r.Images == latest.Images)];
        Result best = comparable.MaxBy(r => r.Accuracy.Mean)!;
        return new BestSoFar(best.Name, best.Href, best.Accuracy, Words(best.Runs[0]), comparable.Length);
    }

    /// <summary>The images that score a run, such as <c>Surface v2, validation</c>.</summary>
    public static string Words(Run run) =>
        run switch
        {
            { TargetTop1: not null } => Texts<RunTexts>.Get("Images.Target", run.Submission.TargetName ?? ""),
            { Job.Fold: { } fold } => Texts<RunTexts>.Get("Images.Folds", DataOf(run), fold.Count),
            _ => Texts<RunTexts>.Get("Images.Validation", DataOf(run)),
        };

    /// <summary>The data set version that a run uses, and which part of it.</summary>
    public static string DataOf(Run run) =>
        run.Job.Data.Only is { } only
            ? Texts<RunTexts>.Get("DataVersionPart", run.Submission.DatasetName, run.Submission.DatasetVersion, TagCount.Shown(only))
            : Texts<RunTexts>.Get("DataVersion", run.Submission.DatasetName, run.Submission.DatasetVersion);

    private sealed record Result(ComparisonBasis Images, IReadOnlyList<Run> Runs, string Name, string Href)
    {
        public Spread Accuracy => Spread.Of(Runs.Select(r => r.Top1))!.Value;

        public DateTimeOffset? FinishedAt => Runs.Max(r => r.FinishedAt);
    }
}
