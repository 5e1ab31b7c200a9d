using Microsoft.AspNetCore.Diagnostics;

namespace BlazorTransfer.Web.Components;

/// <summary>What people see at an address where nothing is.</summary>
internal static class NotFoundPages
{
    private const string Address = "/not-found";

    /// <summary>A wrong address gets a page that says so; programs get the status alone.</summary>
    public static void UseNotFoundPage(this IApplicationBuilder app)
    {
        app.UseStatusCodePagesWithReExecute(Address, createScopeForStatusCodePages: true);
        app.Use(
            (context, next) =>
            {
                bool isProgram = context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hubs");
                if (isProgram && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
                    pages.Enabled = false;
                // The page's own address is a wrong one too.
                if (context.Request.Path == Address && context.Features.Get<IStatusCodeReExecuteFeature>() is null)
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                return next(context);
            }
        );
    }
}
