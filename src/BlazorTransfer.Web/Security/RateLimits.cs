using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using BlazorTransfer.Web.Configuration;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Security;

/// <summary>How often a user may ask for what costs much. People behind one address do not slow each other down.</summary>
internal static class RateLimits
{
    public const string SignIn = "sign-in";
    public const string Uploads = "uploads";
    public const string Runs = "runs";
    public const string Events = "events";
    public const string Exports = "exports";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void AddRateLimits(this IServiceCollection services) =>
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = RefuseAsync;
            // Nobody is signed in yet: a browser that somebody signed in from counts for itself, all others by address.
            options.AddPolicy(
                SignIn,
                context =>
                    HttpMethods.IsPost(context.Request.Method)
                        ? PerMinute(context.RequestServices.GetRequiredService<KnownBrowsers>().PartitionOf(context), 30)
                        : RateLimitPartition.GetNoLimiter("")
            );
            AddForUser(options, Uploads, 60);
            AddForUser(options, Runs, 60);
            AddForUser(options, Events, 600);
            AddForUser(options, Exports, 60);
        });

    private static void AddForUser(RateLimiterOptions options, string policy, int permits) =>
        options.AddPolicy(
            policy,
            context =>
                PerMinute(
                    context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "",
                    permits * context.RequestServices.GetRequiredService<IOptions<BlazorTransferOptions>>().Value.RequestLimitFactor
                )
        );

    private static RateLimitPartition<string> PerMinute(string partition, int permits) =>
        RateLimitPartition.GetFixedWindowLimiter(
            partition,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = Window }
        );

    private static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancel)
    {
        HttpResponse response = context.HttpContext.Response;
        int seconds = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait)
            ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
            : (int)Window.TotalSeconds;
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        // With words of its own: a bare status would bring the page that says that there is nothing here.
        string message = $"Too many requests of this kind. Wait {seconds} s, then try again.";
        if (context.HttpContext.Request.Path.StartsWithSegments("/api"))
            await TypedResults.Problem(message, statusCode: response.StatusCode).ExecuteAsync(context.HttpContext);
        else
            await response.WriteAsync(message, cancel);
    }
}
