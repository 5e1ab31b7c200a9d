using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Runs of a project, for the signed-in user.</summary>
internal sealed class RunService(
    DocumentCollection<Run> runs,
    ProjectAccess access,
    RunPlanner planner,
    DataFolder folder,
    RunQueue queue,
    RunJournal journal,
    UserLimits limits
) : IProjectContent
{
    /// <summary>Events that one request may ask for: about 2 MB.</summary>
    public const int MostEvents = 10_000;
    public const int LongestNotes = 10_000;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Run> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return [.. OfProject(projectId).OrderByDescending(r => r.Submission.Number)];
    }

    public Run Get(ClaimsPrincipal user, string projectId, string runId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return runs.Find(runId) is { } run && run.Submission.ProjectId == projectId ? run : throw new NotFoundException();
    }

    /// <summary>The events of a run after a number, at most <paramref name="limit"/> of them; who wants the next ones asks again with the
    /// last number.</summary>
    /// <exception cref="RefusedException">The limit is out of range.</exception>
    public IReadOnlyList<RunEvent> Events(ClaimsPrincipal user, string projectId, string runId, long after, int limit)
    {
        limits.Take(user, LimitedWork.Events);
        Run run = Get(user, projectId, runId);
        if (limit is < 1 or > MostEvents)
            throw new RefusedException(Texts<RunTexts>.Get("EventLimit", $"{MostEvents:N0}"));
        return [.. RunEventTail.All(folder.Run(run.Id).Events, after).Take(limit)];
    }

    /// <summary>The events of a run that follow a place in its record, a window at a time.</summary>
    public RunEventTail Events(ClaimsPrincipal user, string projectId, string runId, RunEventTail after) =>
        after.ReadOn(folder.Run(Get(user, projectId, runId).Id).Events);

    /// <summary>Finished runs of all projects that the user sees, the newest first: models that another run can start from or learn
    /// from.</summary>
    public IReadOnlyList<Run> Models(ClaimsPrincipal user) =>
        [
            .. runs.FindBy(nameof(Run.Status), nameof(RunStatus.Succeeded))
                .Where(r => access.Sees(user, r.Submission.ProjectId))
                .OrderByDescending(r => r.FinishedAt),
        ];

    /// <summary>Whether a run, or one whose model it came from, has learned from a data set or adapted to it; of a run that was deleted
    /// nobody knows, so that it may have.</summary>
    public bool MayHaveLearnedFrom(Run run, string datasetId) =>
        run.Submission.DatasetId == datasetId
        || run.Submission.TargetDatasetId == datasetId
        || run.Submission.Origins().Any(id => runs.Find(id) is not { } origin || MayHaveLearnedFrom(origin, datasetId));

    /// <summary>The runs of an experiment, in the order in which they were entered.</summary>
    public IReadOnlyList<Run> Experiment(ClaimsPrincipal user, string projectId, string experimentId) =>
        [.. List(user, projectId).Where(r => r.Submission.ExperimentId == experimentId).OrderBy(r => r.Submission.Number)];

    /// <summary>Checks the request and puts the run, or the runs of an experiment, into the queue.</summary>
    /// <returns>The run; of an experiment the first.</returns>
    /// <exception cref="RefusedException">Something is wrong with the request; the message names all of it.</exception>
    public async Task<Run> SubmitAsync(ClaimsPrincipal user, string projectId, RunRequest request)
    {
        limits.Take(user, LimitedWork.Runs);
        access.Require(user, projectId, ProjectRole.Editor);
        folder.RequireSpace();
        IReadOnlyList<(RunSubmission, JobSpec)> planned = await planner.PlanAsync(user, projectId, request);
        return (await queue.EnterAsync(projectId, _ => planned))[0];
    }

    /// <summary>Changes the name or the notes of a run.</summary>
    /// <exception cref="RefusedException">The name or the notes cannot be used; the message says why.</exception>
    public async Task<Run> UpdateAsync(ClaimsPrincipal user, string projectId, string runId, RunChange change)
    {
        Run run = Get(user, projectId, runId);
        access.Require(user, projectId, ProjectRole.Editor);
        string? name = change.Name is null ? null : TypedName.Check(change.Name, RunNames.Longest, NamedThing.Run);
        string? notes = change.Notes?.Trim();
        if (notes?.Length > LongestNotes)
            throw new RefusedException(Texts<RunTexts>.Get("NotesTooLong", $"{LongestNotes:N0}", $"{notes.Length:N0}"));
        if (notes is not null && !NameRule.IsPlainText(notes))
            throw new RefusedException(Texts<RunTexts>.Get("NotesWithControls"));
        if (name is not null && name != run.Name)
            run = await queue.RenameAsync(run, name) ?? throw new NotFoundException();
        if (notes is not null && notes != run.Notes)
            run = journal.Annotate(runId, new NotesChanged { Notes = notes }) ?? throw new NotFoundException();
        return run;
    }

    /// <summary>Gives an experiment another name.</summary>
    /// <exception cref="RefusedException">The name cannot be used; the message says why.</exception>
    public async Task RenameExperimentAsync(ClaimsPrincipal user, string projectId, string experimentId, string name)
    {
        IReadOnlyList<Run> experiment = Experiment(user, projectId, experimentId);
        access.Require(user, projectId, ProjectRole.Editor);
        if (experiment.Count == 0)
            throw new NotFoundException();
        string typed = TypedName.Check(name, RunNames.Longest, NamedThing.Experiment);
        if (typed != experiment[0].ExperimentName)
            await queue.RenameAsync(experiment, typed);
    }

    /// <summary>How many runs of all projects are at work or were queued before this one.</summary>
    public int Ahead(ClaimsPrincipal user, string projectId, string runId)
    {
        Run run = Get(user, projectId, runId);
        return runs.All()
            .Count(r =>
                r.Id != runId
                && (r.Status.HasWorker() || (r.Status == RunStatus.Queued && r.Submission.SubmittedAt < run.Submission.SubmittedAt))
            );
    }

    public Run Cancel(ClaimsPrincipal user, string projectId, string runId)
    {
        Get(user, projectId, runId);
        access.Require(user, projectId, ProjectRole.Editor);
        return journal.Cancel(runId) ?? throw new NotFoundException();
    }

    /// <summary>Asks for a run to end at the next step with the model of its best epoch.</summary>
    /// <exception cref="RefusedException">There is nothing to stop, or no model to keep yet.</exception>
    public Run Stop(ClaimsPrincipal user, string projectId, string runId)
    {
        Run run = Get(user, projectId, runId);
        access.Require(user, projectId, ProjectRole.Editor);
        if (run.WhyNotStop is { } reason)
            throw new RefusedException(reason);
        return journal.Stop(runId, user.Identity?.Name ?? "") ?? throw new NotFoundException();
    }

    /// <summary>Cancels the runs of an experiment that are not over; one that somebody removes meanwhile needs no cancelling.</summary>
    public void CancelExperiment(ClaimsPrincipal user, string projectId, string experimentId)
    {
        IReadOnlyList<Run> experiment = Experiment(user, projectId, experimentId);
        access.Require(user, projectId, ProjectRole.Editor);
        foreach (Run run in experiment.Where(r => !r.Status.IsFinal()))
            journal.Cancel(run.Id);
    }

    /// <exception cref="RefusedException">It is not over.</exception>
    public void Delete(ClaimsPrincipal user, string projectId, string runId)
    {
        Run run = Get(user, projectId, runId);
        access.Require(user, projectId, ProjectRole.Editor);
        if (!run.Status.IsFinal())
            throw new RefusedException(Texts<RunTexts>.Get("DeleteUnfinished"));
        if (runs.All().Any(r => !r.Status.IsFinal() && r.Submission.Origins().Contains(runId)))
            throw new RefusedException(Texts<RunTexts>.Get("DeleteNeeded"));
        journal.Delete(run);
    }

    /// <summary>The model package, and the name under which it is downloaded.</summary>
    public (string Path, string FileName) Model(ClaimsPrincipal user, string projectId, string runId)
    {
        limits.Take(user, LimitedWork.Exports);
        Run run = Get(user, projectId, runId);
        string path = folder.Run(runId).ModelPackage;
        return run.Status == RunStatus.Succeeded && File.Exists(path)
            ? (path, $"{run.Job.Backbone}-run{run.Submission.Number}.zip")
            : throw new NotFoundException();
    }

    /// <summary>Source and target on a plane; null while there is no such thing, or never will be.</summary>
    public JointEmbedding? Embedding(ClaimsPrincipal user, string projectId, string runId) =>
        Get(user, projectId, runId) is { Job.Target: not null, Status: RunStatus.Succeeded }
            ? JointEmbedding.TryLoad(folder.Run(runId).Embedding)
            : null;

    /// <summary>How the source's images were weighed; null while that is not known, and for a run whose method lets all count
    /// alike.</summary>
    public InstanceWeights? InstanceWeights(ClaimsPrincipal user, string projectId, string runId) =>
        Get(user, projectId, runId) is { Job.Target: not null, Status: RunStatus.Succeeded }
            ? Core.Runs.InstanceWeights.TryLoad(folder.Run(runId).InstanceWeights)
            : null;

    /// <summary>The end of the worker's own log.</summary>
    public string Log(ClaimsPrincipal user, string projectId, string runId)
    {
        const int most = 64 << 10;
        Get(user, projectId, runId);
        string path = folder.Run(runId).WorkerLog;
        if (!File.Exists(path))
            return "";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(most, stream.Length), SeekOrigin.End);
        bool isCut = stream.Position > 0;
        using var reader = new StreamReader(stream);
        // Half a line says nothing.
        if (isCut)
            reader.ReadLine();
        return ServerPaths.Hide(reader.ReadToEnd());
    }

    string? IProjectContent.WhyKept(string projectId) =>
        OfProject(projectId).Any(r => !r.Status.IsFinal()) ? Texts<RunTexts>.Get("ProjectBusy")
        : runs.All().Any(r => !r.Status.IsFinal() && r.Submission.Origins().Any(id => runs.Find(id)?.Submission.ProjectId == projectId))
            ? Texts<RunTexts>.Get("ProjectNeeded")
        : null;

    void IProjectContent.Delete(string projectId)
    {
        foreach (Run run in OfProject(projectId))
            journal.Delete(run);
    }

    private IReadOnlyList<Run> OfProject(string projectId) => runs.FindBy(nameof(RunSubmission.ProjectId), projectId);
}
