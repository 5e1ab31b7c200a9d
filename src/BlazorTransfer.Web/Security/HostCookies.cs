using Microsoft.Extensions.Primitives;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Gives all cookies the prefix <c>__Host-</c> over TLS: browsers take such a cookie from this host alone, and send it back to this host
/// alone, so that no other name of the same domain can plant one. The rest of the application knows them without the prefix. Over plain
/// HTTP, as on one's own machine, browsers refuse the prefix, and cookies have none.
/// </summary>
internal static class HostCookies
{
    private const string Prefix = "__Host-";

    /// <summary>Must come before anything that reads or sets a cookie, and after what knows whether the browser uses TLS.</summary>
    public static IApplicationBuilder UseHostCookies(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                if (!context.Request.IsHttps)
                    return next(context);
                if (context.Request.Headers.Cookie.Count > 0)
                    context.Request.Headers.Cookie = WithoutPrefix(context.Request.Headers.Cookie);
                context.Response.OnStarting(
                    static response =>
                    {
                        IHeaderDictionary headers = ((HttpResponse)response).Headers;
                        if (headers.SetCookie.Count > 0)
                            headers.SetCookie = new StringValues([.. headers.SetCookie.Select(c => Prefix + c)]);
                        return Task.CompletedTask;
                    },
                    context.Response
                );
                return next(context);
            }
        );

    /// <summary>The cookies that have the prefix. Others may be anybody's, and are ignored.</summary>
    private static StringValues WithoutPrefix(StringValues cookies) =>
        string.Join(
            "; ",
            cookies
                .SelectMany(line => (line ?? "").Split(';', StringSplitOptions.TrimEntries))
                .Where(cookie => cookie.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(cookie => cookie[Prefix.Length..])
        );
}
