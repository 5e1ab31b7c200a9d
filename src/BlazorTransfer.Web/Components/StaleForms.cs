using Microsoft.AspNetCore.Antiforgery;

namespace BlazorTransfer.Web.Components;

/// <summary>
/// The sign-in, set-up and sign-out forms carry a token of who was there when they were opened. When somebody has signed in or out in
/// another tab since, it is refused, and a bare 400 would leave people at a blank page: they are led on instead, and nothing is done.
/// </summary>
internal static class StaleForms
{
    public static void UseStaleForms(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                bool isStale = context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false };
                if (!isStale || context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hubs"))
                    return next(context);
                context.Response.Redirect(
                    context.User.Identity?.IsAuthenticated == true ? AppRoutes.Home : $"{AppRoutes.Login}?stale=true"
                );
                return Task.CompletedTask;
            }
        );
}
