using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Experiments;

internal static class ExperimentsFeature
{
    public static IServiceCollection AddExperiments(this IServiceCollection services)
    {
        services.AddSingleton<IPageAddress, ExperimentAddress>();
        return services.AddHostedService<SearchConductor>();
    }
}
