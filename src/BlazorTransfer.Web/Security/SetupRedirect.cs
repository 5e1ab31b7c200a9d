namespace BlazorTransfer.Web.Security;

/// <summary>Before the first account exists, every page leads to the set-up.</summary>
internal sealed class SetupRedirect(RequestDelegate next, SetupCode setup)
{
    public Task InvokeAsync(HttpContext context)
    {
        bool isPage =
            HttpMethods.IsGet(context.Request.Method)
            && context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.RootComponentMetadata>() is not null;
        if (!isPage || context.Request.Path.StartsWithSegments("/setup") || !setup.IsOpen)
            return next(context);
        context.Response.Redirect("/setup");
        return Task.CompletedTask;
    }
}
