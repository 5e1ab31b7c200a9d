using System.Security.Claims;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A data set in the address of a page.</summary>
internal sealed class DatasetAddress(DatasetService datasets) : IPageAddress
{
    public string RouteValue => "DatasetId";

    public void Require(ClaimsPrincipal user, Func<string, string> route) => datasets.Get(user, route("ProjectId"), route("DatasetId"));
}
