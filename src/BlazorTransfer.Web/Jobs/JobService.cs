using System.Security.Claims;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Jobs;

/// <summary>Asks about the project of a job; the projects themselves are a feature, which the engine does not know.</summary>
internal interface IJobProjects
{
    /// <exception cref="NotFoundException">The user does not see the project.</exception>
    void RequireView(ClaimsPrincipal user, string projectId);

    bool MayEdit(ClaimsPrincipal user, string projectId);
}

/// <summary>
/// Background jobs, for the signed-in user. Members of a project see its jobs; its editors, and whoever started a job, may cancel it. Jobs
/// of the installation are seen and cancelled by whoever started them and by administrators.
/// </summary>
internal sealed class JobService(JobEngine engine, IJobProjects projects)
{
    // Fast enough to look live, and rare enough for many open pages.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Jobs of a project, the newest first.</summary>
    public IReadOnlyList<BackgroundJob> List(ClaimsPrincipal user, string projectId)
    {
        projects.RequireView(user, projectId);
        return engine.List(projectId);
    }

    /// <summary>Jobs of the installation that the user may see, the newest first.</summary>
    public IReadOnlyList<BackgroundJob> ListOwn(ClaimsPrincipal user)
    {
        UserClaims.IdOf(user);
        return [.. engine.List("").Where(j => IsOwnerOrAdmin(user, j))];
    }

    /// <exception cref="NotFoundException">There is no such job, or not for this user.</exception>
    public BackgroundJob Get(ClaimsPrincipal user, string jobId)
    {
        BackgroundJob job = engine.Find(jobId) ?? throw new NotFoundException();
        if (job.ProjectId.Length > 0)
            projects.RequireView(user, job.ProjectId);
        else if (!IsOwnerOrAdmin(user, job))
            throw new NotFoundException();
        return job;
    }

    /// <summary>Yields at once and after each change to the jobs of a project; read them then.</summary>
    public IAsyncEnumerable<int> WatchAsync(ClaimsPrincipal user, string projectId, CancellationToken cancel)
    {
        projects.RequireView(user, projectId);
        return engine.WatchAsync(projectId, Pause, cancel);
    }

    /// <summary>Yields at once and after each change to jobs of the installation; says nothing of what they are.</summary>
    public IAsyncEnumerable<int> WatchInstallationAsync(ClaimsPrincipal user, CancellationToken cancel)
    {
        UserClaims.IdOf(user);
        return engine.WatchAsync("", Pause, cancel);
    }

    /// <exception cref="ForbiddenException">The user neither started it nor edits its project.</exception>
    public void Cancel(ClaimsPrincipal user, string jobId) => engine.Cancel(RequireChange(user, jobId).Id);

    /// <summary>Takes a failed job off the pages that show it beside other things.</summary>
    public void Dismiss(ClaimsPrincipal user, string jobId) => engine.Dismiss(RequireChange(user, jobId).Id);

    /// <summary>Whether a user who sees the job may cancel or dismiss it.</summary>
    public bool MayChange(ClaimsPrincipal user, BackgroundJob job) =>
        job.ProjectId.Length == 0
            ? IsOwnerOrAdmin(user, job)
            : job.OwnerId == UserClaims.IdOf(user) || projects.MayEdit(user, job.ProjectId);

    private BackgroundJob RequireChange(ClaimsPrincipal user, string jobId)
    {
        BackgroundJob job = Get(user, jobId);
        return MayChange(user, job)
            ? job
            : throw new ForbiddenException(
                Message.Of("refused.cancel-job", $"Only whoever started this job, or an editor of the project, may cancel it.")
            );
    }

    private static bool IsOwnerOrAdmin(ClaimsPrincipal user, BackgroundJob job) =>
        job.OwnerId == UserClaims.IdOf(user) || UserClaims.IsAdmin(user);
}
