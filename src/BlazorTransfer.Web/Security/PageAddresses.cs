using System.Security.Claims;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components.Endpoints;

namespace BlazorTransfer.Web.Security;

/// <summary>Knows whether a thing that addresses of pages name, such as a run, is there for a user.</summary>
internal interface IPageAddress
{
    /// <summary>The part of the route that names the thing, such as <c>RunId</c>.</summary>
    string RouteValue { get; }

    /// <summary>Looks for the thing.</summary>
    /// <exception cref="NotFoundException">It is not there, or not for this user.</exception>
    void Require(ClaimsPrincipal user, Func<string, string> route);
}

/// <summary>Marks a page for administrators; for others it does not exist. What it shows and does asks for itself who may.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AdministratorsOnlyAttribute : Attribute;

/// <summary>
/// Answers requests for pages about missing things with status 404. The pages themselves are drawn later, on a circuit, when the status
/// has been sent.
/// </summary>
internal sealed class MissingPages(RequestDelegate next, IEnumerable<IPageAddress> addresses)
{
    public Task InvokeAsync(HttpContext context)
    {
        EndpointMetadataCollection? page = context.GetEndpoint()?.Metadata;
        if (page?.GetMetadata<ComponentTypeMetadata>() is null || (IsForUser(page, context) && IsThere(context)))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static bool IsForUser(EndpointMetadataCollection page, HttpContext context) =>
        page.GetMetadata<AdministratorsOnlyAttribute>() is null || UserClaims.IsAdmin(context.User);

    private bool IsThere(HttpContext context)
    {
        try
        {
            foreach (IPageAddress address in addresses.Where(a => context.Request.RouteValues.ContainsKey(a.RouteValue)))
                address.Require(context.User, name => context.Request.RouteValues[name] as string ?? "");
            return true;
        }
        catch (NotFoundException)
        {
            return false;
        }
    }
}
