using System.Security.Claims;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Guide;

/// <summary>A page of the guide in an address. It is there for everybody who is signed in.</summary>
internal sealed class GuidePageAddress : IPageAddress
{
    public string RouteValue => "Topic";

    public void Require(ClaimsPrincipal user, Func<string, string> route)
    {
        if (!GuideTopics.All.Contains(route("Topic")))
            throw new NotFoundException();
    }
}
