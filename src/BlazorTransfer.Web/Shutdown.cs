namespace BlazorTransfer.Web;

/// <summary>An end of the application within seconds, also while pages are open.</summary>
internal static class Shutdown
{
    /// <summary>What is not done after that is cut off; workers go on without this process.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddQuickShutdown(this IServiceCollection services) =>
        services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);

    /// <summary>
    /// Refuses requests once the application stops. Otherwise open pages, whose connections have just been closed, connect again at once,
    /// and the server would wait for these new connections until its patience ends.
    /// </summary>
    public static void UseQuickShutdown(this IApplicationBuilder app)
    {
        IHostApplicationLifetime lifetime = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>();
        app.Use(
            (context, next) =>
            {
                if (!lifetime.ApplicationStopping.IsCancellationRequested)
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            }
        );
    }
}
