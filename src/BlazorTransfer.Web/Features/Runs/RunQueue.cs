using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Numbers and names new runs and enters them into the queue, and renames runs, one caller after the other. Callers check who may
/// do so.</summary>
internal sealed class RunQueue(DocumentCollection<Run> runs, DataFolder folder, RunJournal journal)
{
    private readonly SemaphoreSlim _entering = new(1);

    /// <summary>Enters runs of a project, numbered on from those it has; nobody else enters any meanwhile.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="choose">Called with the project's runs; says which to add. Their numbers and unique names are set here.</param>
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
                .. RunNames
                    .Unique(present, [.. choose(present)])
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

    /// <summary>Gives a run another name.</summary>
    /// <exception cref="RefusedException">Another run or experiment of the project has the name.</exception>
    public async Task<Run?> RenameAsync(Run run, string name)
    {
        await _entering.WaitAsync();
        try
        {
            RequireFree(run.Submission.ProjectId, run.Id, name);
            return journal.Annotate(run.Id, new RunRenamed { Name = name });
        }
        finally
        {
            _entering.Release();
        }
    }

    /// <summary>Gives an experiment another name. Its runs keep theirs.</summary>
    /// <inheritdoc cref="RenameAsync(Run, string)" path="/exception"/>
    public async Task RenameAsync(IReadOnlyList<Run> experiment, string name)
    {
        await _entering.WaitAsync();
        try
        {
            RequireFree(experiment[0].Submission.ProjectId, experiment[0].Submission.ExperimentId!, name);
            foreach (Run run in experiment)
                journal.Annotate(run.Id, new ExperimentRenamed { Name = name });
        }
        finally
        {
            _entering.Release();
        }
    }

    private void RequireFree(string projectId, string id, string name)
    {
        if (RunNames.Taken(runs.FindBy(nameof(RunSubmission.ProjectId), projectId), except: id).Contains(name))
            throw new RefusedException(Texts<RunTexts>.Get("NameTaken", name));
    }
}
