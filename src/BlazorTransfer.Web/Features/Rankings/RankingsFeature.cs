using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Rankings;

internal static class RankingsFeature
{
    public static IServiceCollection AddRankings(this IServiceCollection services)
    {
        services.AddDocuments<DatasetRanking>(
            "rankings",
            r => DatasetRanking.IdOf(r.DatasetId, r.DatasetVersion),
            new DescriptorPlace<DatasetRanking>(
                (folder, r) => folder.DatasetFile(r.DatasetId, $"v{r.DatasetVersion}.ranking.json"),
                folder => folder.DatasetFiles("v*.ranking.json")
            ),
            new DocumentIndex<DatasetRanking>(nameof(DatasetRanking.ProjectId), r => r.ProjectId)
        );
        services.AddJobKind<RankingJobKind>();
        services.AddSingleton<RankingService>();
        services.AddSingleton<RankingUse>();
        services.AddSingleton<IProjectContent>(provider => provider.GetRequiredService<RankingUse>());
        return services.AddSingleton<IDatasetUse>(provider => provider.GetRequiredService<RankingUse>());
    }

    public static void MapRankings(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1/projects/{projectId}/datasets/{datasetId}/ranking");
        api.MapGet(
            "",
            (ClaimsPrincipal user, string projectId, string datasetId, RankingService rankings) =>
            {
                (RankingActivity? activity, DatasetRanking? last) = rankings.Get(user, projectId, datasetId);
                return TypedResults.Ok(RankingResponse.Of(activity, last));
            }
        );
        api.MapPost(
            "",
            async (ClaimsPrincipal user, string projectId, string datasetId, RankingService rankings) =>
            {
                await rankings.StartAsync(user, projectId, datasetId, leftOut: [], withRandom: true);
                return TypedResults.Accepted((string?)null);
            }
        );
        api.MapPost(
            "cancel",
            (ClaimsPrincipal user, string projectId, string datasetId, RankingService rankings) =>
            {
                rankings.Cancel(user, projectId, datasetId);
                return TypedResults.Ok();
            }
        );
    }
}
