namespace BlazorTransfer.Web.Features.Lineage;

internal static class LineageFeature
{
    public static IServiceCollection AddLineage(this IServiceCollection services) => services.AddSingleton<RunLineage>();
}
