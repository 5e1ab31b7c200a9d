namespace BlazorTransfer.Web.Storage;

internal static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BlazorTransferOptions>().Bind(configuration).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DataFolder>();
        services.AddSingleton<DocumentStore>();
        services.AddExceptionHandler<DiskFullHandler>();
        return services;
    }

    /// <summary>Declares a kind of document; its collection and indexes are created at start.</summary>
    public static IServiceCollection AddDocuments<T>(
        this IServiceCollection services,
        string name,
        Func<T, string> id,
        params DocumentIndex<T>[] indexes
    )
        where T : class
    {
        services.AddSingleton(new DocumentSchema(name, [.. indexes.Select(i => i.Field)]));
        return services.AddSingleton(provider => new DocumentCollection<T>(
            provider.GetRequiredService<DocumentStore>(),
            name,
            id,
            indexes
        ));
    }
}
