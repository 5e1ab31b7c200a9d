using BlazorTransfer.Web.Jobs;

namespace BlazorTransfer.Web.Features.RunDetails;

internal static class RunDetailsFeature
{
    public static IServiceCollection AddRunDetails(this IServiceCollection services) =>
        services.AddJobKind<ImagePredictionJob>().AddSingleton<ImagePredictions>();
}
