using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web;

/// <summary>Commands for the person who runs the installation. The application must not be running.</summary>
internal static class Maintenance
{
    /// <summary>Executes the command that the arguments name.</summary>
    /// <returns>The exit code; null where they name none, so that the application starts.</returns>
    public static int? Execute(string[] arguments, IServiceProvider services)
    {
        Action? command = arguments switch
        {
            ["rebuild"] => () => Rebuild(services),
            ["backup"] => () => MakeBackup(services),
            ["restore"] => () => Restore(services, name: null),
            ["restore", var name] => () => Restore(services, name),
            _ => null,
        };
        return command is null ? null : Startup.Guard(services, command);
    }

    /// <summary>Makes all documents again from the descriptors and the run folders. A database that is missing or damaged is replaced; of
    /// a whole one, what only it knows is kept.</summary>
    private static void Rebuild(IServiceProvider services)
    {
        services.GetRequiredService<StoreStart>().ForRebuild = true;
        IDocuments[] kinds = [.. services.GetServices<IDocuments>()];
        foreach (IDocuments kind in kinds)
            kind.WriteDescriptors();
        foreach (IDocuments kind in kinds.Where(k => k.HasDescriptors))
            Console.WriteLine($"{kind.Name}: {kind.Rebuild()} restored from descriptors.");
        int runs = services.GetRequiredService<RunRebuild>().Rebuild();
        Console.WriteLine($"runs: {runs} restored from their folders.");
    }

    private static void MakeBackup(IServiceProvider services)
    {
        Backup backup = services.GetRequiredService<Backups>().Create();
        Console.WriteLine($"The database was copied to {backup.Path}");
    }

    private static void Restore(IServiceProvider services, string? name)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var backups = services.GetRequiredService<BackupFolder>();
        using var held = DataFolderLock.Take(services.GetRequiredService<DataFolder>(), clock);
        Backup backup =
            (name is null ? backups.NewestWhole() : backups.List().FirstOrDefault(b => b.Name == name))
            ?? throw new InvalidOperationException(
                name is null
                    ? "There is no backup that is whole. 'rebuild' makes the database again from the files beside it."
                    : $"There is no backup '{name}'. There are: {string.Join(", ", backups.List().Select(b => b.Name))}"
            );
        if (backups.DamageOf(backup.Path) is { } damage)
            throw new InvalidOperationException($"The backup {backup.Name} is damaged: {damage}");
        string? aside = backups.Restore(backup, clock.GetUtcNow());
        Console.WriteLine($"The database was restored to its state of {Startup.TimeText(backup.Time)}.");
        if (aside is not null)
            Console.WriteLine($"The one before is {aside} in the data folder.");
        Console.WriteLine(
            "'rebuild' adds accounts, projects, data sets, weights and runs that were created later. Changes to older ones stay undone."
        );
    }
}
