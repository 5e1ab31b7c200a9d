using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlazorTransfer.Web.Features.Models;

internal static class ModelsFeature
{
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddDocuments<BackboneWeights>(
            "weights",
            w => w.Id,
            new DescriptorPlace<BackboneWeights>(
                (folder, w) => Path.Combine(folder.Weights, w.File + WeightsFolder.DescriptorEnding),
                folder => Directory.EnumerateFiles(folder.Weights, "*.weights" + WeightsFolder.DescriptorEnding)
            )
        );
        services.AddHttpClient(nameof(WeightsDownload), client => client.Timeout = Timeout.InfiniteTimeSpan);
        services.AddSingleton<OfficialWeightsCatalogue>();
        services.AddJobKind<WeightsDownload>();
        services.AddSingleton<WeightsDownloads>();
        services.AddSingleton<WeightsLibrary>();
        services.AddSingleton<WeightsFolder>();
        services.AddHostedService<BuiltInWeightsImport>();
        return services.AddHostedService(provider => provider.GetRequiredService<WeightsFolder>());
    }

    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1/weights");
        api.MapGet("", (ClaimsPrincipal user, WeightsLibrary library) => TypedResults.Ok(library.List(user).Select(WeightsResponse.Of)));
        api.MapPost("uploads", UploadAsync).DisableAntiforgery();
    }

    private static async Task<Created<WeightsResponse>> UploadAsync(
        ClaimsPrincipal user,
        string name,
        HttpContext context,
        UserLimits limits,
        UploadReceiver uploads,
        WeightsLibrary library
    )
    {
        limits.Take(user, LimitedWork.Uploads);
        string file = await uploads.ReceiveAsync(context, ".weights");
        BackboneWeights entry = await library.ImportAsync(user, name, file, context.RequestAborted);
        return TypedResults.Created("/api/v1/weights", WeightsResponse.Of(entry));
    }
}
