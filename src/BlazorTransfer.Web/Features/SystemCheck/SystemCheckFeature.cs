using System.Security.Claims;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.SystemCheck;

internal static class SystemCheckFeature
{
    public static IServiceCollection AddSystemCheck(this IServiceCollection services)
    {
        services.AddDocuments<SystemCheckResult>("system_checks", r => r.Id);
        services.AddJobKind<SystemCheckJob>();
        return services.AddSingleton<SystemCheckService>();
    }

    public static void MapSystemCheck(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1/system");
        api.MapGet("", (ClaimsPrincipal user, SystemCheckService checks) => TypedResults.Ok(SystemResponse.Of(checks.Last(user))));
        api.MapPost(
            "checks",
            async (ClaimsPrincipal user, SystemCheckService checks, CancellationToken cancel) =>
                TypedResults.Ok(SystemResponse.Of(await checks.RunAsync(user, cancel)))
        );
    }
}
