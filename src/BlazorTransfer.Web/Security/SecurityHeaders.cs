namespace BlazorTransfer.Web.Security;

/// <summary>Headers that tell a browser what pages of this application may do.</summary>
internal static class SecurityHeaders
{
    // MudBlazor sets styles inline; scripts come from here alone.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                IHeaderDictionary headers = context.Response.Headers;
                headers.ContentSecurityPolicy = ContentSecurityPolicy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
                if (context.Request.IsHttps && context.Request.Host.Host != "localhost")
                    headers.StrictTransportSecurity = "max-age=31536000";
                return next(context);
            }
        );
}
