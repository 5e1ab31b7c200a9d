using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>A data folder with something of each kind.</summary>
internal static class SampleFolder
{
    public static async Task FillAsync(TestApp app)
    {
        User ada = await app.CreateUserAsync("Ada", isAdmin: true);
        await app.CreateUserAsync("Vera");
        ClaimsPrincipal user = await app.PrincipalAsync(ada);
        (Project project, Dataset dataset) = await app.CreateProjectWithDataAsync(user);
        app.Get<ProjectService>().Rename(user, project.Id, "Flowers", "Which flower is it?");
        app.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        await app.ImportWeightsAsync(user, "90");
        await app.WaitForEndAsync((await app.SubmitAsync(user, project, dataset, "succeed")).Id);
        await app.WaitForEndAsync((await app.SubmitAsync(user, project, dataset, "exit-silently")).Id);
        await app.Get<RankingService>().StartAsync(user, project.Id, dataset.Id, [], withRandom: true);
        await TestApp.WaitForAsync(() => app.Get<JobEngine>().Live(app.Get<RankingJobKind>()).Count == 0);
        await app.Get<BackboneSpeeds>().MeasureAsync(user, "fake", CancellationToken.None);
    }
}
