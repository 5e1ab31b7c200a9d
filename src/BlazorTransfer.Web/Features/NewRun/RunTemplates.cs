using System.Security.Claims;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Settings of the expert form that somebody saved under a name, for all members of a project.</summary>
internal sealed record RunTemplate
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required string SavedBy { get; init; }
    public required DateTimeOffset SavedAt { get; init; }
    public required RunRequest Request { get; init; }
}

/// <summary>Templates of a project, for the signed-in user.</summary>
internal sealed class RunTemplates(
    DocumentCollection<RunTemplate> templates,
    ProjectAccess access,
    UserLimits limits,
    TimeProvider clock,
    IStringLocalizer<NewRunTexts> texts
) : IProjectContent
{
    /// <summary>More of them in a list help nobody, and all are read at once.</summary>
    public const int MostTemplates = 100;
    public const int LongestName = 80;

    /// <summary>By name.</summary>
    public IReadOnlyList<RunTemplate> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return [.. OfProject(projectId).OrderBy(t => t.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <exception cref="RefusedException">The name is taken or no name, or there are too many templates.</exception>
    public RunTemplate Save(ClaimsPrincipal user, string projectId, string name, RunRequest request)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        limits.Take(user, LimitedWork.Creations);
        var template = new RunTemplate
        {
            Id = Ids.New(),
            ProjectId = projectId,
            Name = TypedName.Check(name, LongestName, NamedThing.Template),
            SavedBy = UserClaims.IdOf(user),
            SavedAt = clock.GetUtcNow(),
            Request = request,
        };
        if (OfProject(projectId).Count >= MostTemplates)
            throw new RefusedException(texts["Exhausted", MostTemplates]);
        return templates.TryAdd(
            template,
            other => other.ProjectId == projectId && string.Equals(other.Name, template.Name, StringComparison.OrdinalIgnoreCase)
        )
            ? template
            : throw new RefusedException(texts["TemplateExists", template.Name]);
    }

    public void Delete(ClaimsPrincipal user, string projectId, string templateId)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        if (templates.Find(templateId) is not { } template || template.ProjectId != projectId)
            throw new NotFoundException();
        templates.Remove(templateId);
    }

    string? IProjectContent.WhyKept(string projectId) => null;

    void IProjectContent.Delete(string projectId)
    {
        foreach (RunTemplate template in OfProject(projectId))
            templates.Remove(template.Id);
    }

    private IReadOnlyList<RunTemplate> OfProject(string projectId) => templates.FindBy(nameof(RunTemplate.ProjectId), projectId);
}
