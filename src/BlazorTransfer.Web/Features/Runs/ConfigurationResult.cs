using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The runs of an experiment with one network, start, method and settings: its folds or seeds, or one trial of a search in the
/// last round with a result.</summary>
/// <param name="Runs">In the order in which they were entered; at least one.</param>
/// <param name="Score">What the experiment is ranked by.</param>
internal sealed record ConfigurationResult(IReadOnlyList<Run> Runs, TrialScore Score)
{
    private Run First => Runs[0];

    /// <summary>Runs of a further round that have no result yet.</summary>
    public IReadOnlyList<Run> Pending { get; init; } = [];

    /// <summary>Number in the experiment, from 1; 0 where it is the only one.</summary>
    public int Number => First.Submission.Trial;

    /// <summary>What it is in a comparison with baselines; null outside of one.</summary>
    public AdaptationPart? Part => First.Submission.Part;

    public int Round => First.Submission.Round;

    public string Name =>
        First.Submission.Search is not null ? Texts<RunTexts>.Get("Trial", Number)
        : First.Submission.Part is AdaptationPart.SourceOnly ? Texts<RunTexts>.Get("SourceOnly")
        : First.Submission.Part is AdaptationPart.Oracle ? Texts<RunTexts>.Get("TrainedOnTarget")
        : First.Submission.ConfigurationName ?? First.Submission.Name;

    public IEnumerable<Run> Finished => Runs.Where(r => r.Status == RunStatus.Succeeded);

    /// <summary>Whether all of its runs succeeded, so that its mean is final.</summary>
    public bool IsComplete => Runs.All(r => r.Status == RunStatus.Succeeded);

    public int Open => Runs.Concat(Pending).Count(r => !r.Status.IsFinal());

    /// <summary>Validation accuracy of the best epochs: of the models that the runs offer.</summary>
    public Spread? Accuracy => Spread.Of(Finished.Select(r => r.BestTop1));

    /// <summary>Validation accuracy of the final epochs: no epoch was selected on these images.</summary>
    public Spread? FinalEpoch => Spread.Of(Finished.Select(r => r.LastTop1));

    public Spread? Test => Spread.Of(Finished.Select(r => r.TestTop1));

    public Spread? Target => Spread.Of(Finished.Select(r => r.TargetTop1));

    /// <summary>The accuracy that stands for it in lists, as <see cref="Run.Top1"/> does for a run.</summary>
    public Spread? Top1 => Spread.Of(Finished.Select(r => r.Top1));

    /// <summary>Mean of the score; null while no run has one.</summary>
    public double? Mean => Finished.Select(Score.Value).Average();

    /// <summary>A mean that is higher the better it is.</summary>
    public double? Rank => Finished.Select(Score.Rank).Average();

    /// <summary>The run whose model stands for it: the one with the best score. In a domain adaptation the first one, since labels of the
    /// target must not choose.</summary>
    public Run? Best => First.Job.Target is not null && Score.IsAccuracy ? Finished.FirstOrDefault() : Finished.MaxBy(Score.Rank);

    /// <summary>The status to show for all of them: the one of a run that needs attention, then of one that is not final.</summary>
    public RunStatus Status =>
        Runs.Concat(Pending)
            .Select(r => r.Status)
            .OrderBy(s =>
                s switch
                {
                    RunStatus.Running or RunStatus.Starting or RunStatus.Cancelling => 0,
                    RunStatus.Queued => 1,
                    RunStatus.Failed or RunStatus.Lost => 2,
                    RunStatus.Cancelled => 3,
                    RunStatus.Succeeded => 4,
                    _ => throw new InvalidOperationException($"No order for {s}."),
                }
            )
            .First();
}
