using BlazorTransfer.Web.Jobs;

namespace BlazorTransfer.Web.Features.NewRun;

internal static class NewRunFeature
{
    public static IServiceCollection AddNewRun(this IServiceCollection services) =>
        services
            .AddJobKind<LearningRateJob>()
            .AddJobKind<BatchSizeJob>()
            .AddJobKind<AugmentationPreviewJob>()
            .AddSingleton<TuningService>()
            .AddSingleton<ProbeKnowledge>()
            .AddSingleton<AugmentationPreviews>();
}
