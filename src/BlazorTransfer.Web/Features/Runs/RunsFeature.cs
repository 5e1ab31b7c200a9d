using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

internal static class RunsFeature
{
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddDocuments<Run>(
            "runs",
            r => r.Id,
            // Their folders hold all that is known of them.
            place: null,
            new DocumentIndex<Run>(nameof(RunSubmission.ProjectId), r => r.Submission.ProjectId),
            new DocumentIndex<Run>(nameof(Run.Status), r => r.Status.ToString())
        );
        services.AddSingleton<RunJournal>();
        services.AddSingleton<RunFolderReader>();
        services.AddSingleton<RunQueue>();
        services.AddSingleton<RunPlanner>();
        services.AddSingleton<ExperimentRuns>();
        services.AddSingleton<RunService>();
        services.AddSingleton<RunAnswers>();
        services.AddSingleton<IPageAddress, RunAddress>();
        services.AddSingleton<IProjectContent>(provider => provider.GetRequiredService<RunService>());
        services.AddSingleton<IDatasetUse, RunUse>();
        services.AddSingleton<IWeightsUse, RunUse>();
        services.AddSingleton<RunRebuild>();
        services.AddSingleton<RunEventStream>();
        services.AddSingleton<RunChanges>();
        services.AddSingleton<SilentWorkers>();
        services.AddSingleton<RunFollower>();
        return services.AddHostedService<RunSupervisor>();
    }

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapHub<RunHub>("/hubs/runs");
        RouteGroupBuilder api = routes.MapGroup("/api/v1/projects/{projectId}/runs");
        api.MapGet(
            "",
            (ClaimsPrincipal user, string projectId, RunService runs, SilentWorkers silent) =>
                TypedResults.Ok(runs.List(user, projectId).Select(run => RunResponse.Of(run, silent.Of(run.Id))))
        );
        api.MapGet(
            "{runId}",
            (ClaimsPrincipal user, string projectId, string runId, RunService runs, SilentWorkers silent) =>
                TypedResults.Ok(RunResponse.Of(runs.Get(user, projectId, runId), silent.Of(runId)))
        );
        api.MapPost(
            "",
            async (ClaimsPrincipal user, string projectId, RunRequest request, RunService runs) =>
            {
                Run run = await runs.SubmitAsync(user, projectId, request);
                return TypedResults.Created($"/api/v1/projects/{projectId}/runs/{run.Id}", RunResponse.Of(run));
            }
        );
        api.MapPatch(
            "{runId}",
            async (ClaimsPrincipal user, string projectId, string runId, RunChange change, RunService runs) =>
                TypedResults.Ok(RunResponse.Of(await runs.UpdateAsync(user, projectId, runId, change)))
        );
        api.MapPost(
            "{runId}/cancel",
            (ClaimsPrincipal user, string projectId, string runId, RunService runs) =>
                TypedResults.Ok(RunResponse.Of(runs.Cancel(user, projectId, runId)))
        );
        api.MapPost(
            "{runId}/stop",
            (ClaimsPrincipal user, string projectId, string runId, RunService runs) =>
                TypedResults.Ok(RunResponse.Of(runs.Stop(user, projectId, runId)))
        );
        api.MapGet(
            "{runId}/events",
            (ClaimsPrincipal user, string projectId, string runId, long? after, int? limit, RunService runs) =>
                TypedResults.Json(runs.Events(user, projectId, runId, after ?? 0, limit ?? RunService.MostEvents), ProtocolJson.Line)
        );
        api.MapGet(
            "{runId}/model",
            (ClaimsPrincipal user, string projectId, string runId, RunService runs) =>
            {
                (string path, string fileName) = runs.Model(user, projectId, runId);
                return TypedResults.PhysicalFile(path, "application/zip", fileName, enableRangeProcessing: true);
            }
        );
    }
}
