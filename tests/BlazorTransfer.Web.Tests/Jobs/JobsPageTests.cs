using System.Security.Claims;
using BlazorTransfer.Web.Features.BackgroundJobs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Jobs;

public sealed class JobsPageTests : PageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Page_ShowsRunningJobsLive_AndWhyOthersFailed()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada")),
            vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(ada);
        App.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        await App.ImportWeightsAsync(ada, "hang");
        string zip = TestZip.Write(Path.Combine(App.DataFolder, "uploads", $"{Ids.New()}.zip"), [("1.jpg", TestZip.Jpeg(1))]);
        await App.WaitForJobAsync(App.Get<DatasetImports>().StartZip(ada, project.Id, "Flat", zip).Id);
        IRenderedComponent<IComponent> page = Open<JobsPage>(ada, ("ProjectId", project.Id));
        Assert.Contains("folder named after its class", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[role=progressbar]"));

        await App.Get<RankingService>().StartAsync(ada, project.Id, dataset.Id, [], withRandom: false);
        page.WaitForAssertion(
            () => Assert.Equal("Rank networks on Data", page.Find("[role=progressbar]").GetAttribute("aria-label")),
            Patience
        );
        IRenderedComponent<IComponent> viewers = Open<JobsPage>(vera, ("ProjectId", project.Id));
        Assert.Single(viewers.FindAll("[role=progressbar]"));
        Assert.DoesNotContain(viewers.FindAll("button"), b => b.TextContent.Contains("Cancel", StringComparison.Ordinal));

        page.Press(() => page.Find("button[aria-label='Cancel Rank networks on Data']"));

        page.WaitForAssertion(
            () =>
                Assert.StartsWith("Rank networks on Data", page.Find("tbody tr").Children[0].TextContent.Trim(), StringComparison.Ordinal),
            Patience
        );
        Assert.Equal(nameof(JobState.Cancelled), page.Find("tbody tr").Children[1].TextContent);
        Assert.Equal("Ada", page.Find("tbody tr").Children[2].TextContent);
        Assert.Empty(page.FindAll("[role=progressbar]"));
    }
}
