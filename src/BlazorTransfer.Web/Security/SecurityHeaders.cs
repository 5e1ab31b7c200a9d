using Microsoft.Net.Http.Headers;

namespace BlazorTransfer.Web.Security;

/// <summary>Headers that tell a browser what it may do with an answer of this application: pages, files, errors and
/// refusals.</summary>
internal static class SecurityHeaders
{
    // MudBlazor sets styles inline; scripts come from here alone. Blazor needs a base address, which can be no other site's.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                // At the last moment: the handler of exceptions removes all headers that are set before.
                context.Response.OnStarting(Set, context);
                return next(context);
            }
        );

    private static Task Set(object state)
    {
        var context = (HttpContext)state;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps && context.Request.Host.Host != "localhost")
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        // Whatever does not say that it may be kept is for this user and this moment.
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
        if (MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out MediaTypeHeaderValue? type) && IsTextWithoutCharset(type))
            headers.ContentType = $"{headers.ContentType}; charset=utf-8";
        return Task.CompletedTask;
    }

    private static bool IsTextWithoutCharset(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue && (type.Type == "text" || type.Suffix == "xml" || type.SubType == "xml");
}
