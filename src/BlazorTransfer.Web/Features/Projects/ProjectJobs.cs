using System.Security.Claims;
using BlazorTransfer.Web.Jobs;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>Lets the background jobs ask who may see and change what belongs to a project.</summary>
internal sealed class JobProjects(ProjectAccess access) : IJobProjects
{
    public void RequireView(ClaimsPrincipal user, string projectId) => access.Require(user, projectId, ProjectRole.Viewer);

    public bool MayEdit(ClaimsPrincipal user, string projectId) => access.RoleOf(user, projectId) >= ProjectRole.Editor;
}

/// <summary>Background jobs go with their project.</summary>
internal sealed class ProjectJobs(JobEngine jobs) : IProjectContent
{
    string? IProjectContent.WhyKept(string projectId) => null;

    void IProjectContent.Delete(string projectId) => jobs.Forget(projectId);
}
