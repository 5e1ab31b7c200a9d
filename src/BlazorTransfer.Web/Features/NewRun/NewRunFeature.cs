using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.NewRun;

internal static class NewRunFeature
{
    public static IServiceCollection AddNewRun(this IServiceCollection services) =>
        services
            .AddDocuments<RunTemplate>(
                "run_templates",
                t => t.Id,
                new DocumentIndex<RunTemplate>(nameof(RunTemplate.ProjectId), t => t.ProjectId)
            )
            .AddJobKind<LearningRateJob>()
            .AddJobKind<BatchSizeJob>()
            .AddJobKind<AugmentationPreviewJob>()
            .AddSingleton<TuningService>()
            .AddSingleton<ProbeKnowledge>()
            .AddSingleton<FormDrafts>()
            .AddSingleton<RunTemplates>()
            .AddSingleton<IProjectContent>(provider => provider.GetRequiredService<RunTemplates>())
            .AddSingleton<AugmentationPreviews>();
}
