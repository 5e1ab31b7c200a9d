using System.Threading.Channels;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>
/// Starts the next round of searches by successive halving when a round is over. Everything it needs to know lies with the runs, so that a
/// search goes on after a restart where it was.
/// </summary>
internal sealed class SearchConductor(
    DocumentCollection<Run> runs,
    RunQueue queue,
    RunChanges changes,
    TimeProvider clock,
    ILogger<SearchConductor> log
) : BackgroundService
{
    private readonly Channel<string> _projects = Channel.CreateUnbounded<string>();

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Changed += Notice;
        // Rounds that ended while the application was not running.
        foreach (string project in runs.All().Where(r => r.Submission.Search is not null).Select(r => r.Submission.ProjectId).Distinct())
            Notice(project);
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        changes.Changed -= Notice;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (string project in _projects.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (Due(runs.FindBy(nameof(RunSubmission.ProjectId), project)).Any())
                    await queue.EnterAsync(project, Due);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Such as a full disk; the next change in the project tries again. A failing search must not end the application.
                log.LogError(e, "The next round of a search could not be started.");
            }
        }
    }

    /// <summary>The runs that searches have come to: of each whose last round is over, the best trials again, with more epochs.</summary>
    private IEnumerable<(RunSubmission, JobSpec)> Due(IReadOnlyList<Run> present) =>
        present.Where(r => r.Submission.Search is not null).GroupBy(r => r.Submission.ExperimentId).SelectMany(g => NextRound([.. g]));

    private IEnumerable<(RunSubmission, JobSpec)> NextRound(IReadOnlyList<Run> trials)
    {
        SearchPlan plan = trials[0].Submission.Search!;
        int round = trials.Max(r => r.Submission.Round);
        Run[] current = [.. trials.Where(r => r.Submission.Round == round)];
        // Who cancels a trial wants the search to end.
        if (round + 1 >= plan.Rounds || current.Any(r => !r.Status.IsFinal() || r.Status == RunStatus.Cancelled))
            return [];
        TrialScore score = TrialScore.Of(current[0]);
        return current
            .Where(r => r.Status == RunStatus.Succeeded && score.Value(r) is not null)
            .OrderByDescending(score.Rank)
            .ThenBy(r => r.Submission.Trial)
            .Take(SearchPlan.Survivors(current.Length))
            .Select(r =>
                (
                    r.Submission with
                    {
                        Round = round + 1,
                        SubmittedAt = clock.GetUtcNow(),
                    },
                    SearchPlan.WithEpochs(r.Job, plan.EpochsOf(round + 1))
                )
            );
    }

    private void Notice(string project) => _projects.Writer.TryWrite(project);
}
