using System.Security.Claims;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>An experiment in the address of a page. It exists as long as one of its runs does.</summary>
internal sealed class ExperimentAddress(RunService runs) : IPageAddress
{
    public string RouteValue => "ExperimentId";

    public void Require(ClaimsPrincipal user, Func<string, string> route)
    {
        if (runs.Experiment(user, route("ProjectId"), route("ExperimentId")).Count == 0)
            throw new NotFoundException();
    }
}
