using System.Security.Claims;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace BlazorTransfer.Web.Features.Team;

internal static class TeamFeature
{
    public static IServiceCollection AddTeam(this IServiceCollection services) => services.AddScoped<AccountService>();

    public static void MapTeam(this IEndpointRouteBuilder routes)
    {
        // A page that lost its connection asks whether its sign-in is the reason.
        routes.MapGet(
            "/api/v1/session",
            (ClaimsPrincipal user) => TypedResults.Ok(new SessionResponse(UserClaims.IdOf(user), user.Identity?.Name ?? ""))
        );
        // Reading a form field makes the framework demand the antiforgery token.
        routes.MapPost(
            "/logout",
            async Task<RedirectHttpResult> (HttpContext context, SignInManager<User> signIn, SecurityLog log, [FromForm] string? unused) =>
            {
                // The cookie is deleted in this browser, and holds no longer anywhere else.
                SessionCookie.EndOwn(context);
                log.SignedOut(context.User);
                await signIn.SignOutAsync();
                // Images are kept by the browser, for the user who has left.
                context.Response.Headers["Clear-Site-Data"] = "\"cache\"";
                return TypedResults.Redirect(AppRoutes.Login);
            }
        );
    }

    /// <summary>Who is signed in.</summary>
    private sealed record SessionResponse(string UserId, string UserName);
}
