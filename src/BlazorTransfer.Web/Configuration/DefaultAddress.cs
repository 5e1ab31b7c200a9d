namespace BlazorTransfer.Web.Configuration;

/// <summary>The address at which the application listens where the configuration names none.</summary>
internal static class DefaultAddress
{
    /// <summary>This machine alone.</summary>
    public const string Url = "http://127.0.0.1:5210";

    // All ways in which ASP.NET Core takes an address, such as --urls, ASPNETCORE_URLS and the ports that container images set.
    private static readonly string[] Settings = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];

    public static void UseDefaultAddress(this IWebHostBuilder host, IConfiguration configuration)
    {
        if (!IsConfigured(configuration))
            host.UseUrls(Url);
    }

    public static bool IsConfigured(IConfiguration configuration) => Settings.Any(s => configuration.GetSection(s).Exists());
}
