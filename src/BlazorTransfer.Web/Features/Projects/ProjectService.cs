using System.Security.Claims;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>What is deleted with a project; each feature that keeps things of a project has one.</summary>
internal interface IProjectContent
{
    /// <summary>Why the project cannot be deleted now, or null where it can.</summary>
    string? WhyKept(string projectId);

    void Delete(string projectId);
}

/// <summary>Projects and their members, for the signed-in user.</summary>
internal sealed class ProjectService(
    DocumentCollection<Project> projects,
    DocumentCollection<User> users,
    ProjectAccess access,
    IEnumerable<IProjectContent> contents,
    Revocations revocations,
    UserLimits limits,
    SecurityLog log,
    TimeProvider clock
)
{
    /// <summary>The user's projects, the newest first.</summary>
    public IReadOnlyList<Project> List(ClaimsPrincipal user)
    {
        string userId = UserClaims.IdOf(user);
        return [.. projects.All().Where(p => p.RoleOf(userId) is not null).OrderByDescending(p => p.CreatedAt)];
    }

    public Project Create(ClaimsPrincipal user, string name, string description = "")
    {
        limits.Take(user, LimitedWork.Creations);
        var project = new Project
        {
            Id = Ids.New(),
            Name = Project.CheckName(name),
            Description = Project.CheckDescription(description),
            CreatedAt = clock.GetUtcNow(),
            Members = [new ProjectMember(UserClaims.IdOf(user), ProjectRole.Owner)],
        };
        projects.Add(project);
        return project;
    }

    public Project Rename(ClaimsPrincipal user, string projectId, string name, string description) =>
        Change(user, projectId, p => p.Rename(name, description));

    /// <exception cref="RefusedException">There is no such account, or no owner would be left.</exception>
    public Project SetMember(ClaimsPrincipal user, string projectId, string userName, ProjectRole role)
    {
        access.Require(user, projectId, ProjectRole.Owner);
        User member =
            users.All().FirstOrDefault(u => string.Equals(u.UserName, userName.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new RefusedException(Texts<ProjectTexts>.Get("NoSuchAccount", userName.Trim()));
        Project changed = Change(user, projectId, p => p.WithMember(member.Id, role));
        revocations.Publish(member.Id, projectId);
        log.ProjectChanged(user, $"{member.UserName} ({member.Id}) is {role}", projectId);
        return changed;
    }

    public Project RemoveMember(ClaimsPrincipal user, string projectId, string userId)
    {
        Project changed = Change(user, projectId, p => p.WithoutMember(userId));
        revocations.Publish(userId, projectId);
        log.ProjectChanged(user, $"{userId} is no member any more", projectId);
        return changed;
    }

    public IReadOnlyList<(User User, ProjectRole Role)> Members(ClaimsPrincipal user, string projectId) =>
        [
            .. access
                .Require(user, projectId, ProjectRole.Viewer)
                .Members.Select(m => (users.Find(m.UserId)!, m.Role))
                .Where(m => m.Item1 is not null),
        ];

    /// <exception cref="RefusedException">Something in it is still at work.</exception>
    public void Delete(ClaimsPrincipal user, string projectId)
    {
        Project project = access.Require(user, projectId, ProjectRole.Owner);
        if (contents.Select(c => c.WhyKept(projectId)).FirstOrDefault(why => why is not null) is { } reason)
            throw new RefusedException(reason);
        // The project goes first: what a crash leaves behind belongs to nobody and is seen by nobody.
        projects.Remove(projectId);
        foreach (IProjectContent content in contents)
            content.Delete(projectId);
        foreach (ProjectMember member in project.Members)
            revocations.Publish(member.UserId, projectId);
        log.ProjectChanged(user, "deleted", projectId);
    }

    private Project Change(ClaimsPrincipal user, string projectId, Func<Project, Project> change)
    {
        access.Require(user, projectId, ProjectRole.Owner);
        return projects.Change(projectId, change) ?? throw new NotFoundException();
    }
}
