using BlazorTransfer.Web.Configuration;

namespace BlazorTransfer.Web.Storage;

internal static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BlazorTransferOptions>().Bind(configuration).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DataFolder>();
        services.AddSingleton<StoreStart>();
        services.AddSingleton<DocumentStore>();
        services.AddSingleton<BackupFolder>();
        services.AddSingleton<Backups>();
        services.AddHostedService<TemporarySweep>();
        services.AddHostedService<DescriptorCheck>();
        services.AddHostedService<HourlyBackups>();
        services.AddExceptionHandler<DiskFullHandler>();
        return services;
    }

    /// <summary>Declares a kind of document; its collection and indexes are created at start, and its descriptors lie in a folder of their
    /// own.</summary>
    public static IServiceCollection AddDocuments<T>(
        this IServiceCollection services,
        string name,
        Func<T, string> id,
        params DocumentIndex<T>[] indexes
    )
        where T : class => services.AddDocuments(name, id, DescriptorPlace<T>.OwnFolder(name, id), indexes);

    /// <summary>Declares a kind of document.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Name of the collection, which never changes.</param>
    /// <param name="id">Id of a document.</param>
    /// <param name="place">Where its descriptors lie; null where a rebuild has another source for them.</param>
    /// <param name="indexes">Fields that documents can be found by.</param>
    public static IServiceCollection AddDocuments<T>(
        this IServiceCollection services,
        string name,
        Func<T, string> id,
        DescriptorPlace<T>? place,
        params DocumentIndex<T>[] indexes
    )
        where T : class
    {
        services.AddSingleton(new DocumentSchema(name, [.. indexes.Select(i => i.Field)]));
        services.AddSingleton<IDocuments>(provider => provider.GetRequiredService<DocumentCollection<T>>());
        return services.AddSingleton(provider => new DocumentCollection<T>(
            provider.GetRequiredService<DocumentStore>(),
            name,
            id,
            indexes,
            place is null
                ? null
                : new Descriptors<T>(
                    provider.GetRequiredService<DataFolder>(),
                    name,
                    place,
                    provider.GetRequiredService<ILogger<DocumentStore>>()
                )
        ));
    }
}
