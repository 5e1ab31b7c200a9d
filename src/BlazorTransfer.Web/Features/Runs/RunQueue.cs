using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Numbers new runs and enters them into the queue. Callers check who may do so.</summary>
internal sealed class RunQueue(DocumentCollection<Run> runs, DataFolder folder, RunJournal journal)
{
    private readonly SemaphoreSlim _entering = new(1);

    /// <summary>Enters runs of a project, numbered on from those it has; nobody else enters any meanwhile.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="choose">Called with the project's runs; says which to add. Their numbers are set here.</param>
    public async Task<IReadOnlyList<Run>> EnterAsync(
        string projectId,
        Func<IReadOnlyList<Run>, IEnumerable<(RunSubmission Submission, JobSpec Job)>> choose
    )
    {
        await _entering.WaitAsync();
        try
        {
            IReadOnlyList<Run> present = runs.FindBy(nameof(RunSubmission.ProjectId), projectId);
            int last = present.Select(r => r.Submission.Number).DefaultIfEmpty(0).Max();
            return
            [
                .. choose(present)
                    .Select(
                        (r, i) =>
                            journal.Enter(r.Submission with { Number = last + 1 + i }, r.Job with { FeatureCache = folder.FeatureCache })
                    )
                    .ToArray(),
            ];
        }
        finally
        {
            _entering.Release();
        }
    }
}
