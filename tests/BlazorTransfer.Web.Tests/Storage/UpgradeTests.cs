using System.IO.Compression;
using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>
/// Data folders of earlier versions open in this one. Each zip in <c>DataFormats</c> is a folder that the named version wrote;
/// <see cref="MakeFixture"/> writes the next.
/// </summary>
public sealed class UpgradeTests
{
    private static readonly string Formats = Path.Combine(
        SharedFiles.RepositoryRoot,
        "tests",
        "BlazorTransfer.Web.Tests",
        "Storage",
        "DataFormats"
    );

    /// <summary>Run it with <c>-explicit only</c> before a release that changes a format; the zip goes into <c>DataFormats</c>.</summary>
    [Fact(Explicit = true)]
    public async Task MakeFixture()
    {
        string folder = Directory.CreateTempSubdirectory("blazortransfer-fixture-").FullName;
        using (var app = new TestApp(folder))
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

        // Keys of cookies are secrets, and the next start makes others.
        Directory.Delete(Path.Combine(folder, "keys"), recursive: true);
        Directory.CreateDirectory(Formats);
        string zip = Path.Combine(Formats, "next.zip");
        File.Delete(zip);
        ZipFile.CreateFromDirectory(folder, zip, CompressionLevel.SmallestSize, includeBaseDirectory: false);
        Directory.Delete(folder, recursive: true);
    }
}
