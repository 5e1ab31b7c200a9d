using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web;

/// <summary>Starts the application and tells the person at the console what to do next.</summary>
internal static class Startup
{
    public static int Run(WebApplication app) => Guard(app.Services, () => Start(app));

    private static void Start(WebApplication app)
    {
        // Opens the database, so that a data folder in use ends the start here, in one line.
        var setup = app.Services.GetRequiredService<SetupCode>();
        bool open = setup.IsOpen;
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            Console.WriteLine($"BlazorTransfer is at {string.Join(" and ", app.Urls)}");
            Console.WriteLine($"Data folder: {app.Services.GetRequiredService<DataFolder>().Root}");
            if (open)
                Console.WriteLine($"Set-up code: {setup.Value} (for the first account; it changes with each start)");
        });
        app.Run();
    }

    /// <summary>Ends with a sentence where the configuration or the data folder is at fault.</summary>
    /// <returns>The exit code.</returns>
    public static int Guard(IServiceProvider services, Action command)
    {
        try
        {
            command();
            return 0;
        }
        catch (DamagedDatabaseException e)
        {
            Console.Error.WriteLine(Describe(e, services.GetRequiredService<DataFolder>(), services.GetRequiredService<BackupFolder>()));
            return 1;
        }
        catch (Exception e)
            when (e is InvalidOperationException or OptionsValidationException or IOException or RefusedException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>Which file is damaged, and what to do.</summary>
    public static string Describe(DamagedDatabaseException damage, DataFolder folder, BackupFolder backups) =>
        $"""
            The database {folder.Database} is damaged: {damage.Reason}. It was not changed.
            'BlazorTransfer.Web rebuild' makes it again from the files beside it: accounts, projects, data sets, weights and runs.
            {(
                backups.NewestWhole() is { } newest
                    ? $"'BlazorTransfer.Web restore' returns to the newest whole backup, of {TimeText(newest.Time)}."
                    : "There is no backup that is whole."
            )}
            Both keep the damaged file under another name.
            """;

    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>The API speaks the same JSON as the run folders.</summary>
    public static void TakeProtocol(this JsonSerializerOptions options)
    {
        foreach (JsonConverter converter in ProtocolJson.Line.Converters)
            options.Converters.Add(converter);
        options.Converters.Add(new NoNullItems());
        options.NumberHandling = ProtocolJson.Line.NumberHandling;
        // What the types do not allow is a mistake of the request, told as one, before any code meets it.
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.DefaultIgnoreCondition = ProtocolJson.Line.DefaultIgnoreCondition;
    }
}
