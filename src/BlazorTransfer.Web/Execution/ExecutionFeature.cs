namespace BlazorTransfer.Web.Execution;

internal static class ExecutionFeature
{
    public static IServiceCollection AddExecution(this IServiceCollection services)
    {
        services.AddSingleton<WorkerLocator>();
        services.AddSingleton<WorkerCommands>();
        services.AddSingleton<ImageProcesses>();
        services.AddSingleton<WorkerHealth>();
        services.AddSingleton<IWorkerLauncher, LocalWorkerLauncher>();
        return services.AddSingleton<CatalogueProvider>();
    }
}
