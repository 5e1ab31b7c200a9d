using System.Security.Claims;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>A run in the address of a page.</summary>
internal sealed class RunAddress(RunService runs) : IPageAddress
{
    public string RouteValue => "RunId";

    public void Require(ClaimsPrincipal user, Func<string, string> route) => runs.Get(user, route("ProjectId"), route("RunId"));
}
