using System.Security.Claims;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Projects;

internal static class ProjectsFeature
{
    public static IServiceCollection AddProjects(this IServiceCollection services)
    {
        services.AddDocuments<Project>("projects", p => p.Id);
        services.AddSingleton<ProjectAccess>();
        services.AddSingleton<ProjectService>();
        services.AddSingleton<IJobProjects, JobProjects>();
        services.AddSingleton<IProjectContent, ProjectJobs>();
        services.AddSingleton<IPageAddress, ProjectAddress>();
        return services;
    }

    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1/projects");
        api.MapGet("", (ClaimsPrincipal user, ProjectService projects) => TypedResults.Ok(projects.List(user).Select(Describe)));
        api.MapGet(
            "{projectId}",
            (ClaimsPrincipal user, string projectId, ProjectAccess access) =>
                TypedResults.Ok(Describe(access.Require(user, projectId, ProjectRole.Viewer)))
        );
        api.MapPost(
            "",
            (ClaimsPrincipal user, NewProjectRequest project, ProjectService projects) =>
            {
                Project created = projects.Create(user, project.Name, project.Description ?? "");
                return TypedResults.Created($"/api/v1/projects/{created.Id}", Describe(created));
            }
        );
    }

    private static ProjectResponse Describe(Project project) => new(project.Id, project.Name, project.Description, project.CreatedAt);

    private sealed record NewProjectRequest(string Name, string? Description = null);

    private sealed record ProjectResponse(string Id, string Name, string Description, DateTimeOffset CreatedAt);
}
