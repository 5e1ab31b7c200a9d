using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>One line on the page of a run: the experiment it belongs to, or the one whose best settings it uses.</summary>
public sealed partial class ExperimentLine
{
    private Experiment? _experiment;
    private Run? _run;
    private bool _isMember;
    private bool _isGone;

    private string Role
    {
        get
        {
            string difference = RunNames.DifferenceOf(_run!.Submission, _run.Job).TrimStart(',', ' ');
            return difference.Length == 0 ? "One run" : char.ToUpperInvariant(difference[0]) + difference[1..];
        }
    }

    private string Measured => _experiment!.Folds > 0 ? $"by cross-validation with {_experiment.Folds} folds" : "on its validation images";

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
