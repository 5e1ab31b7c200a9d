using System.Security.Claims;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>A project in the address of a page.</summary>
internal sealed class ProjectAddress(ProjectAccess access) : IPageAddress
{
    public string RouteValue => "ProjectId";

    public void Require(ClaimsPrincipal user, Func<string, string> route) => access.Require(user, route("ProjectId"), ProjectRole.Viewer);
}
