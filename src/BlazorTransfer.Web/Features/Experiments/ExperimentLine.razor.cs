using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>One line on the page of a run: the experiment it belongs to, or the one whose best settings it uses.</summary>
public sealed partial class ExperimentLine
{
    private Experiment? _experiment;
    private Run? _run;
    private bool _isMember;
    private bool _isGone;

    /// <summary>What the run is in its experiment, such as <c>Trial 3, round 2</c>.</summary>
    private string Role
    {
        get
        {
            RunSubmission submission = _run!.Submission;
            string?[] parts =
            [
                submission.Part switch
                {
                    null or AdaptationPart.Method => null,
                    AdaptationPart.SourceOnly => T["SourceOnly"].Value,
                    AdaptationPart.Oracle => T["TrainedOnTarget"].Value,
                    _ => throw new InvalidOperationException($"No name for {submission.Part}."),
                },
                submission.Search is null ? null : T["TrialNumber", submission.Trial].Value,
                submission.Round == 0 ? null : T["RoundNumber", submission.Round + 1].Value,
                _run.Job.Fold is { } fold ? T["FoldNumber", fold.Index + 1].Value
                : submission.Search is null ? T["SeedNumber", _run.Job.Seed].Value
                : null,
            ];
            return parts.OfType<string>().Aggregate((one, next) => T["And", one, next]);
        }
    }

    private string Measured =>
        _experiment!.Best?.Top1 is not { } top1 ? T["NotMeasured"]
        : _experiment.Folds > 0 ? T["MeasuredByFolds", top1, _experiment.Folds]
        : T["MeasuredOnValidation", top1];

    private protected override void Load()
    {
        _run = Runs.Get(User, ProjectId, RunId);
        _isMember = _run.Submission.ExperimentId is not null;
        string? id = _run.Submission.ExperimentId ?? _run.Submission.BestOfExperimentId;
        IReadOnlyList<Run> members = id is null ? [] : Runs.Experiment(User, ProjectId, id);
        _experiment = members.Count == 0 ? null : Experiment.Of(members);
        _isGone = id is not null && _experiment is null;
    }
}
