using System.Security.Claims;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>Asked before anything of a project is shown or changed. Hiding a button is courtesy; this is the lock.</summary>
internal sealed class ProjectAccess(DocumentCollection<Project> projects, SecurityLog log)
{
    /// <summary>Whether the project is there for this user.</summary>
    public bool Sees(ClaimsPrincipal user, string projectId) => RoleOf(user, projectId) is not null;

    /// <summary>The user's role; null for whoever is no member.</summary>
    public ProjectRole? RoleOf(ClaimsPrincipal user, string projectId) =>
        user.Identity?.IsAuthenticated == true ? projects.Find(projectId)?.RoleOf(UserClaims.IdOf(user)) : null;

    /// <exception cref="NotFoundException">There is no such project for this user: one cannot tell foreign from missing.</exception>
    /// <exception cref="ForbiddenException">The user sees the project, but the role is too low.</exception>
    public Project Require(ClaimsPrincipal user, string projectId, ProjectRole minimum)
    {
        if (user.Identity?.IsAuthenticated != true || projects.Find(projectId) is not { } project)
            throw new NotFoundException();
        ProjectRole? role = project.RoleOf(UserClaims.IdOf(user));
        if (role >= minimum)
            return project;
        log.AccessRefused(user, $"{minimum} of project {projectId} needed");
        throw role is null ? new NotFoundException() : new ForbiddenException();
    }
}
