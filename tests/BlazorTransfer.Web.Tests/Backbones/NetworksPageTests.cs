using System.Net;
using System.Security.Claims;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Backbones;

/// <summary>Networks with their weights on one page, alone and as a tab of a project.</summary>
public sealed class NetworksPageTests : PageTests
{
    [Fact]
    public async Task Page_InAProject_ShowsTabsNetworksAndFilesUnderDisplayNames()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        Project project = App.Get<ProjectService>().Create(ada, "Project");
        await App.ImportWeightsAsync(ada, "My weights");

        IRenderedComponent<IComponent> page = Open<NetworksPage>(ada, (nameof(NetworksPage.ProjectId), project.Id));

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("table").Count), TestApp.HangLimit);
        Assert.Equal($"/projects/{project.Id}/networks", page.Find("nav[aria-label=Project] a:nth-child(4)").GetAttribute("href"));
        Assert.Contains("My weights", page.FindAll("table")[0].TextContent, StringComparison.Ordinal);
        // The file names the network as people do, not as the worker does.
        Assert.Equal("Fake", page.FindAll("table")[1].QuerySelector("tbody td:nth-child(2)")!.TextContent);
        Assert.Contains("Inference, images/s", page.FindAll("table")[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_OfTheOnlyWeights_UpdatesTheTableOfNetworks()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        BackboneWeights weights = await App.ImportWeightsAsync(ada, "My weights");
        IRenderedComponent<IComponent> page = Open<NetworksPage>(ada);
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("table").Count), TestApp.HangLimit);
        IRenderedComponent<WeightsSection> section = page.FindComponent<WeightsSection>();

        App.Get<WeightsLibrary>().Remove(ada, weights.Id);
        await section.InvokeAsync(() => section.Instance.Changed.InvokeAsync());

        page.WaitForAssertion(
            () => Assert.DoesNotContain("My weights", page.FindAll("table")[0].TextContent, StringComparison.Ordinal),
            TestApp.HangLimit
        );
    }

    [Theory]
    [InlineData("/backbones", "/networks")]
    [InlineData("/weights", "/networks#weights")]
    public async Task OldAddress_LeadsToThePage(string old, string expected)
    {
        using HttpClient client = await App.SignInAsync("Ada");

        using HttpResponseMessage answer = await client.GetAsync(old);

        Assert.Equal((HttpStatusCode.Redirect, expected), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }
}
