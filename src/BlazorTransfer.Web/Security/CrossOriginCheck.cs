using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Refuses requests that a page of another site made with the user's cookies. Browsers always say which page a request came from, in
/// <c>Origin</c> or <c>Sec-Fetch-Site</c>; programs say nothing and are let through to the sign-in check.
/// </summary>
internal static class CrossOriginCheck
{
    /// <summary>Must come before anything that acts: nothing after it asks where a request came from.</summary>
    public static IApplicationBuilder UseCrossOriginCheck(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                if (!IsFromAnotherSite(context.Request))
                    return next(context);
                context.RequestServices.GetRequiredService<SecurityLog>().RequestRefused(context, "from a page of another site");
                return PlainText.WriteAsync(
                    context,
                    StatusCodes.Status403Forbidden,
                    "A page of another site sent this request. Open the address in the browser instead."
                );
            }
        );

    private static bool IsFromAnotherSite(HttpRequest request) =>
        request.Headers.Origin.Any(origin => !IsOwn(origin, request))
        || request.Headers["Sec-Fetch-Site"].Any(site => site is not ("same-origin" or "none") && !IsFollowedLink(request));

    private static bool IsOwn(string? origin, HttpRequest request)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? from))
            return false;
        // A proxy that ends TLS may leave the scheme of the request at http, so only an https request tells the schemes apart.
        bool isOwnScheme = from.Scheme == request.Scheme || (from.Scheme == Uri.UriSchemeHttps && !request.IsHttps);
        int ownPort = request.Host.Port ?? (from.Scheme == Uri.UriSchemeHttps ? 443 : 80);
        return isOwnScheme && from.Port == ownPort && string.Equals(from.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A link on another site may be followed: it shows a page and does nothing. A WebSocket has another mode.</summary>
    private static bool IsFollowedLink(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"] == "document"
        && request.Headers.Upgrade.Count == 0;
}
