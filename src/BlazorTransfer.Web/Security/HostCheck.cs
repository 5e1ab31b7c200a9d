using System.Net;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Refusals;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Answers only under names that are this installation's. Otherwise a site could point a name of its own to this machine, and the browser
/// would take the site's script for a part of the application (DNS rebinding). Nobody can do that with an IP address, or with a name that
/// only a local network knows, so these need no setting.
/// </summary>
internal static class HostCheck
{
    private static readonly string[] LocalEndings = [".localhost", ".local", ".lan", ".internal", ".home.arpa"];

    public static IApplicationBuilder UseHostCheck(this IApplicationBuilder app)
    {
        string[] allowed = app
            .ApplicationServices.GetRequiredService<IOptions<BlazorTransferOptions>>()
            .Value.AllowedHosts.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return app.Use(
            (context, next) =>
            {
                if (IsAllowed(context.Request.Host.Host, allowed))
                    return next(context);
                context.RequestServices.GetRequiredService<SecurityLog>().RequestRefused(context, "under a name that is not ours");
                return PlainText.WriteAsync(
                    context,
                    StatusCodes.Status400BadRequest,
                    "The application does not answer under this name. Open it by its IP address, or ask an administrator to add the name "
                        + "to the setting BLAZORTRANSFER_AllowedHosts."
                );
            }
        );
    }

    /// <param name="host">The name in the request; empty where a program speaks HTTP/1.0, which has none.</param>
    /// <param name="allowed">Names of the settings.</param>
    public static bool IsAllowed(string host, IReadOnlyList<string> allowed) =>
        host.Length == 0 || IPAddress.TryParse(host.Trim('[', ']'), out _) || IsLocal(host) || allowed.Any(a => Matches(host, a));

    private static bool IsLocal(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || LocalEndings.Any(e => host.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private static bool Matches(string host, string allowed) =>
        allowed == "*"
        || string.Equals(host, allowed, StringComparison.OrdinalIgnoreCase)
        || (allowed.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase));
}
