using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Jobs;

internal static class JobsFeature
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddDocuments<BackgroundJob>(
            "jobs",
            j => j.Id,
            new DocumentIndex<BackgroundJob>(nameof(BackgroundJob.ProjectId), j => j.ProjectId),
            new DocumentIndex<BackgroundJob>(nameof(BackgroundJob.Subject), j => j.Subject)
        );
        services.AddSingleton<JobFolders>();
        services.AddSingleton<JobHistory>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobBells>();
        services.AddSingleton<JobEngine>();
        services.AddSingleton<JobService>();
        return services.AddHostedService(provider => provider.GetRequiredService<JobEngine>());
    }

    /// <summary>Registers a kind of job.</summary>
    public static IServiceCollection AddJobKind<TKind>(this IServiceCollection services)
        where TKind : class, IJobKind
    {
        services.AddSingleton<TKind>();
        return services.AddSingleton<IJobKind>(provider => provider.GetRequiredService<TKind>());
    }
}
