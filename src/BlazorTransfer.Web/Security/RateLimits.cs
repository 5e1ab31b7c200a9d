using System.Globalization;
using System.Threading.RateLimiting;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.RateLimiting;

namespace BlazorTransfer.Web.Security;

/// <summary>Limits of requests by people who are not signed in; <see cref="UserLimits"/> has those of users.</summary>
internal static class RateLimits
{
    public const string SignIn = "sign-in";

    public static void AddRateLimits(this IServiceCollection services) =>
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = RefuseAsync;
            // A browser that somebody signed in from counts for itself, all others by address.
            options.AddPolicy(
                SignIn,
                context =>
                    HttpMethods.IsPost(context.Request.Method)
                        ? PerMinute(context.RequestServices.GetRequiredService<KnownBrowsers>().PartitionOf(context), 30)
                        : RateLimitPartition.GetNoLimiter("")
            );
        });

    private static RateLimitPartition<string> PerMinute(string partition, int permits) =>
        RateLimitPartition.GetFixedWindowLimiter(
            partition,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = UserLimits.Window }
        );

    private static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancel)
    {
        HttpContext http = context.HttpContext;
        var refusal = new TooManyRequestsException(
            context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : UserLimits.Window
        );
        http.RequestServices.GetRequiredService<SecurityLog>().RequestRefused(http, "too many requests");
        http.Response.Headers.RetryAfter = refusal.Seconds.ToString(CultureInfo.InvariantCulture);
        // With words of its own: a bare status would bring the page that says that there is nothing here.
        await PlainText.WriteAsync(http, http.Response.StatusCode, refusal.Message);
    }
}
