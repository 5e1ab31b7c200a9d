using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Train;

internal static class TrainFeature
{
    public static IServiceCollection AddTrain(this IServiceCollection services)
    {
        services.AddDocuments<TrainingPlan>(
            "training_plans",
            p => p.Id,
            new DocumentIndex<TrainingPlan>(nameof(TrainingPlan.ProjectId), p => p.ProjectId)
        );
        services.AddSingleton<TrainingPlans>();
        services.AddSingleton<IDatasetUse>(provider => provider.GetRequiredService<TrainingPlans>());
        services.AddSingleton<IProjectContent>(provider => provider.GetRequiredService<TrainingPlans>());
        services.AddSingleton<PlanConductor>();
        services.AddSingleton<TrainService>();
        return services.AddHostedService(provider => provider.GetRequiredService<PlanConductor>());
    }
}
