namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>The other seeds or folds of a run, and what all of them reached together; live.</summary>
public sealed partial class ExperimentCard
{
    private ExperimentSummary _summary = ExperimentSummary.Of([]);

    private bool AreFolds => Members.Any(r => r.Job.Fold is not null);

    private protected override void Conclude() => _summary = ExperimentSummary.Of(Members);

    private Task CancelAsync() =>
        AskAndCancelAsync(
            "Cancel what is not over?",
            $"{Open} of these runs are waiting or at work. Those that have finished stay.",
            "Cancel them"
        );
}
