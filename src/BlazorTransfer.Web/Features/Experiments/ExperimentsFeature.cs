namespace BlazorTransfer.Web.Features.Experiments;

internal static class ExperimentsFeature
{
    public static IServiceCollection AddExperiments(this IServiceCollection services) => services.AddHostedService<SearchConductor>();
}
