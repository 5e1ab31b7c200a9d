using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Enters runs: number, folder, document. Who may do so is asked before.</summary>
internal sealed class RunQueue(DocumentCollection<Run> runs, DataFolder folder, RunChanges changes)
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
            return [.. choose(present).Select((r, i) => Enter(r.Submission with { Number = last + 1 + i }, r.Job)).ToArray()];
        }
        finally
        {
            _entering.Release();
        }
    }

    /// <summary>The folder first: a document without one could not run, a folder without one is found by a rebuild.</summary>
    private Run Enter(RunSubmission submission, JobSpec job)
    {
        string id = Ids.New();
        var run = new Run
        {
            Id = id,
            Submission = submission,
            Job = job with { RunId = id, FeatureCache = folder.FeatureCache },
        };
        RunFolder runFolder = folder.Run(id);
        runFolder.Create();
        run.Job.Save(runFolder.Job);
        AtomicFile.WriteAllText(
            Path.Combine(runFolder.Path, RunSubmission.FileName),
            JsonSerializer.Serialize(run.Submission, ProtocolJson.Indented)
        );
        runs.Save(run);
        changes.Publish(submission.ProjectId);
        return run;
    }
}
