using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace BlazorTransfer.Web.Features.Team;

internal static class TeamFeature
{
    public static IServiceCollection AddTeam(this IServiceCollection services) => services.AddScoped<AccountService>();

    public static void MapTeam(this IEndpointRouteBuilder routes)
    {
        // Reading a form field makes the framework demand the antiforgery token.
        routes.MapPost(
            "/logout",
            async Task<RedirectHttpResult> (SignInManager<User> signIn, [FromForm] string? unused) =>
            {
                await signIn.SignOutAsync();
                return TypedResults.Redirect(AppRoutes.Login);
            }
        );
    }
}
