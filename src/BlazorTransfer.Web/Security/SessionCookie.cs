using System.Security.Claims;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Checks the sign-in of each request, and cuts off what is still being served when the sign-in or the membership in the project ends:
/// uploads, downloads and the connections of programs. <see cref="CircuitRevalidation"/> handles open pages instead, so that it can
/// lead to the sign-in.
/// </summary>
internal static class SessionCookie
{
    private static readonly object OwnEnd = new();

    /// <summary>Ends the sign-in of a request that is then answered. Open pages are told afterwards, so that the one that sent the
    /// request goes where the answer leads.</summary>
    public static void EndOwn(HttpContext http)
    {
        http.Items[OwnEnd] = true;
        ClaimsPrincipal ended = http.User;
        var sessions = http.RequestServices.GetRequiredService<Sessions>();
        sessions.MarkEnded(ended);
        http.Response.OnCompleted(() =>
        {
            sessions.PublishEnd(ended);
            return Task.CompletedTask;
        });
    }

    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        HttpContext http = context.HttpContext;
        ClaimsPrincipal principal = context.Principal!;
        var sessions = http.RequestServices.GetRequiredService<Sessions>();
        if (!http.Request.Path.StartsWithSegments("/_blazor") && principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } userId)
            Watch(http, userId, () => http.Items.ContainsKey(OwnEnd) || (sessions.Holds(principal) && SeesItsProject(http, principal)));
        if (sessions.Holds(principal))
            return;
        context.RejectPrincipal();
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    private static void Watch(HttpContext http, string userId, Func<bool> mayGoOn)
    {
        var revocations = http.RequestServices.GetRequiredService<Revocations>();
        http.Response.RegisterForDispose(
            revocations.Begin(
                userId,
                _ =>
                {
                    if (!mayGoOn())
                        http.Abort();
                }
            )
        );
    }

    private static bool SeesItsProject(HttpContext http, ClaimsPrincipal principal)
    {
        try
        {
            foreach (IPageAddress address in http.RequestServices.GetServices<IPageAddress>())
            {
                if (http.Request.RouteValues.ContainsKey(address.RouteValue))
                    address.Require(principal, name => http.Request.RouteValues[name] as string ?? "");
            }

            return true;
        }
        catch (NotFoundException)
        {
            return false;
        }
    }
}
