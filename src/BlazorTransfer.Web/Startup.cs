using System.Text.Json;
using System.Text.Json.Serialization;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web;

/// <summary>Starts the application and tells the person at the console what to do next.</summary>
internal static class Startup
{
    public static int Run(WebApplication app)
    {
        try
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
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or OptionsValidationException or IOException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>The API speaks the same JSON as the run folders.</summary>
    public static void TakeProtocol(this JsonSerializerOptions options)
    {
        foreach (JsonConverter converter in ProtocolJson.Line.Converters)
            options.Converters.Add(converter);
        options.NumberHandling = ProtocolJson.Line.NumberHandling;
        // What the types do not allow is a mistake of the request, told as one, before any code meets it.
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.DefaultIgnoreCondition = ProtocolJson.Line.DefaultIgnoreCondition;
    }
}
