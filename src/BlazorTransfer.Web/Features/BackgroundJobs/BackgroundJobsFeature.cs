using System.Security.Claims;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Features.BackgroundJobs;

/// <summary>What programs see of a job. Its input stays here, since that names files of this machine.</summary>
internal sealed record BackgroundJobResponse(
    string Id,
    string Kind,
    string Title,
    string Subject,
    JobState State,
    JobProgressResponse? Progress,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    string? Error,
    string? ErrorCode
)
{
    public static BackgroundJobResponse Of(BackgroundJob job) =>
        new(
            job.Id,
            job.Kind,
            job.Title,
            job.Subject,
            job.State,
            job.Progress is { } p ? new JobProgressResponse(p.Text, p.Done, p.Total, p.Skipped) : null,
            job.Attempts,
            job.CreatedAt,
            job.StartedAt,
            job.FinishedAt,
            job.Error,
            job.Error?.Code
        );
}

/// <inheritdoc cref="JobProgress"/>
internal sealed record JobProgressResponse(string Text, long Done, long Total, long Skipped);

internal static class BackgroundJobsFeature
{
    public static void MapBackgroundJobs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1/projects/{projectId}/jobs");
        api.MapGet(
            "",
            (ClaimsPrincipal user, string projectId, JobService jobs) =>
                TypedResults.Ok(jobs.List(user, projectId).Select(BackgroundJobResponse.Of))
        );
        api.MapGet(
            "{jobId}",
            (ClaimsPrincipal user, string projectId, string jobId, JobService jobs) =>
                TypedResults.Ok(BackgroundJobResponse.Of(Get(user, projectId, jobId, jobs)))
        );
        api.MapPost(
            "{jobId}/cancel",
            (ClaimsPrincipal user, string projectId, string jobId, JobService jobs) =>
            {
                jobs.Cancel(user, Get(user, projectId, jobId, jobs).Id);
                return TypedResults.Ok();
            }
        );
    }

    private static BackgroundJob Get(ClaimsPrincipal user, string projectId, string jobId, JobService jobs)
    {
        BackgroundJob job = jobs.Get(user, jobId);
        return job.ProjectId == projectId ? job : throw new NotFoundException();
    }
}
