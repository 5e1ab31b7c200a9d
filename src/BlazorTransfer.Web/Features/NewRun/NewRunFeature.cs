namespace BlazorTransfer.Web.Features.NewRun;

internal static class NewRunFeature
{
    public static IServiceCollection AddNewRun(this IServiceCollection services) =>
        services.AddSingleton<TuningService>().AddSingleton<ProbeKnowledge>().AddSingleton<AugmentationPreviews>();
}
