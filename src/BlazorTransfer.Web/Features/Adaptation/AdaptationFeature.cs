namespace BlazorTransfer.Web.Features.Adaptation;

internal static class AdaptationFeature
{
    public static IServiceCollection AddAdaptation(this IServiceCollection services) => services.AddSingleton<TargetAnswers>();
}
