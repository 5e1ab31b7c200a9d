using System.Security.Claims;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Datasets.Export;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlazorTransfer.Web.Features.Datasets.Versions;

/// <summary>The working copy and the versions of a data set, for programs.</summary>
internal static class VersionRoutes
{
    private const int MostSamples = 1000;
    private const int UsualSamples = 100;

    /// <param name="api">The routes of the data sets of a project.</param>
    public static void MapVersions(this RouteGroupBuilder api)
    {
        RouteGroupBuilder copy = api.MapGroup("{datasetId}/working-copy");
        copy.MapGet("", WorkingCopy);
        copy.MapGet("samples", Samples);
        copy.MapGet("samples/history", History);
        copy.MapGet("changes", Changes);
        copy.MapPost("changes", Change);
        copy.MapPost(
            "undo",
            (ClaimsPrincipal user, string projectId, string datasetId, UndoRequest request, DatasetWorkspaces workspaces) =>
                TypedResults.Ok(new ChangeMadeResponse(workspaces.Undo(user, projectId, datasetId, request.Number).Number))
        );
        copy.MapPost(
            "redo",
            (ClaimsPrincipal user, string projectId, string datasetId, DatasetWorkspaces workspaces) =>
                TypedResults.Ok(new ChangeMadeResponse(workspaces.Redo(user, projectId, datasetId).Number))
        );
        RouteGroupBuilder versions = api.MapGroup("{datasetId}/versions");
        versions.MapGet(
            "",
            (ClaimsPrincipal user, string projectId, string datasetId, DatasetVersions service) =>
                TypedResults.Ok(service.List(user, projectId, datasetId).Select(DatasetVersionResponse.Of))
        );
        versions.MapPost("", Publish);
        versions.MapGet("{number:int}/differences", Differences);
        versions.MapPost(
            "{number:int}/restore",
            (ClaimsPrincipal user, string projectId, string datasetId, int number, DatasetVersions service) =>
                TypedResults.Ok(new ChangeMadeResponse(service.Restore(user, projectId, datasetId, number).Number))
        );
        versions.MapGet("{number:int}/export", Export);
    }

    private static Ok<WorkingCopyResponse> WorkingCopy(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        DatasetWorkspaces workspaces,
        DatasetService datasets
    )
    {
        WorkingCopy copy = workspaces.Open(user, projectId, datasetId);
        return TypedResults.Ok(WorkingCopyResponse.Of(copy, datasets.Get(user, projectId, datasetId).Latest.Number, UserClaims.IdOf(user)));
    }

    private static Ok<SamplePageResponse> Samples(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        [AsParameters] SampleFilterRequest filter,
        string? order,
        int? offset,
        int? count,
        DatasetWorkspaces workspaces
    )
    {
        WorkingCopy copy = workspaces.Open(user, projectId, datasetId);
        (int skip, int most) = Page(offset, count);
        return TypedResults.Ok(
            SamplePageResponse.Of(
                copy.Query(filter.Read(), order is null ? SampleOrder.Imported : NamedValue.Of<SampleOrder>(order), skip, most)
            )
        );
    }

    private static Ok<IEnumerable<SampleChangeResponse>> History(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        string? key,
        DatasetWorkspaces workspaces
    ) =>
        TypedResults.Ok(
            workspaces
                .History(user, projectId, datasetId, key ?? "")
                .Select(c => new SampleChangeResponse(c.Version, DatasetChangeResponse.Of(c.Entry)))
        );

    private static Ok<IEnumerable<DatasetChangeResponse>> Changes(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        int? offset,
        int? count,
        DatasetWorkspaces workspaces
    )
    {
        WorkingCopy copy = workspaces.Open(user, projectId, datasetId);
        (int skip, int most) = Page(offset, count);
        return TypedResults.Ok(copy.Changes().Skip(skip).Take(most).Select(DatasetChangeResponse.Of));
    }

    private static Ok<ChangeMadeResponse> Change(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        DatasetChangeRequest request,
        DatasetWorkspaces workspaces
    )
    {
        // Before what the request says: who may not change anything is told that first.
        workspaces.RequireEditor(user, projectId, datasetId);
        DatasetChange change = request.Read();
        DatasetChange written =
            request.Matching is { } filter && change is SamplesChange some
                ? workspaces.ChangeMatching(user, projectId, datasetId, filter.Read(), some)
                : workspaces.Change(user, projectId, datasetId, change);
        return TypedResults.Ok(new ChangeMadeResponse(written.Number));
    }

    private static Accepted<PublishResponse> Publish(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        PublishRequest request,
        DatasetVersions service
    ) => TypedResults.Accepted((string?)null, new PublishResponse(service.Publish(user, projectId, datasetId, request.Note ?? "").Id));

    private static Ok<VersionDifferencesResponse> Differences(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        int number,
        int? to,
        string? kind,
        int? offset,
        int? count,
        DatasetVersions service
    )
    {
        WorkingCopy comparison = service.Compare(user, projectId, datasetId, number, to);
        (int skip, int most) = Page(offset, count);
        return TypedResults.Ok(
            VersionDifferencesResponse.Of(comparison, kind is null ? DifferenceKind.Any : NamedValue.Of<DifferenceKind>(kind), skip, most)
        );
    }

    private static PushStreamHttpResult Export(
        ClaimsPrincipal user,
        string projectId,
        string datasetId,
        int number,
        string? format,
        DatasetVersions service,
        DatasetService datasets,
        HttpContext context
    )
    {
        datasets.Get(user, projectId, datasetId);
        (string fileName, Func<Stream, CancellationToken, Task> write) = service.Export(
            user,
            projectId,
            datasetId,
            number,
            format is null ? ExportFormat.Csv : NamedValue.Of<ExportFormat>(format)
        );
        return TypedResults.Stream(stream => write(stream, context.RequestAborted), "application/zip", fileName);
    }

    private static (int Offset, int Count) Page(int? offset, int? count) =>
        offset is < 0 || count is < 1 or > MostSamples
            ? throw new RefusedException(
                Message.Of("request.page", $"The offset must be at least 0, and the count from 1 to {MostSamples}.")
            )
            : (offset ?? 0, count ?? UsualSamples);
}
