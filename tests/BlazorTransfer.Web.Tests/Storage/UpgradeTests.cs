using System.IO.Compression;
using System.Security.Claims;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>
/// Data folders of earlier formats open in this version. Each zip in <c>DataFormats</c> holds what <see cref="SampleFolder"/> made in a
/// version of that format; <see cref="MakeFixture"/> makes the next.
/// </summary>
public sealed class UpgradeTests : IDisposable
{
    private static readonly string Formats = Path.Combine(
        SharedFiles.RepositoryRoot,
        "tests",
        "BlazorTransfer.Web.Tests",
        "Storage",
        "DataFormats"
    );
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-upgrade-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    public static TheoryData<string> Fixtures => [.. Directory.GetFiles(Formats, "*.zip").Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task R63_DataFolderOfAnEarlierFormat_OpensWithAllThatItHolds(string fixture)
    {
        ZipFile.ExtractToDirectory(Path.Combine(Formats, fixture), _folder);
        // Twice, since the second start finds what the first one has brought up to date.
        for (int start = 0; start < 2; start++)
        {
            using var app = new TestApp(_folder);
            await CheckAsync(app);
        }

        File.Delete(Path.Combine(_folder, "blazortransfer.db"));
        (int exitCode, string output, string error) = await WebCommand.RunAsync(_folder, "rebuild");
        Assert.True(exitCode == 0, output + error);
        using var rebuilt = new TestApp(_folder);
        await CheckAsync(rebuilt);
    }

    /// <summary>Run it with <c>-explicit only</c> and a folder in <c>BLAZORTRANSFER_FORMATS</c> before a change of a format: the zip there
    /// is named for the format that it holds.</summary>
    [LongFact]
    public async Task MakeFixture()
    {
        using (var app = new TestApp(_folder))
            await SampleFolder.FillAsync(app);
        // Keys of cookies are secrets, and the next start makes others.
        foreach (string left in new[] { "keys", "backups" })
            TestFolder.Delete(Path.Combine(_folder, left));
        if (Environment.GetEnvironmentVariable("BLAZORTRANSFER_FORMATS") is { Length: > 0 } formats)
        {
            string zip = Path.Combine(formats, $"format-{DocumentFormat.Current}.zip");
            File.Delete(zip);
            ZipFile.CreateFromDirectory(_folder, zip, CompressionLevel.SmallestSize, includeBaseDirectory: false);
        }

        using var again = new TestApp(_folder);
        await CheckAsync(again);
    }

    private static async Task CheckAsync(TestApp app)
    {
        using HttpClient vera = await app.SignInAsync("Vera");
        ClaimsPrincipal ada = await app.PrincipalAsync(app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ada"));
        Assert.True(UserClaims.IsAdmin(ada));
        Project project = Assert.Single(app.Get<ProjectService>().List(ada));
        Assert.Equal(("Flowers", "Which flower is it?"), (project.Name, project.Description));
        Assert.Contains("Flowers", await vera.GetStringAsync("/api/v1/projects"), StringComparison.Ordinal);
        Dataset dataset = Assert.Single(app.Get<DatasetService>().List(ada, project.Id));
        Assert.Equal(4, app.Get<DatasetService>().Manifest(ada, project.Id, dataset.Id, 1).Samples.Count);
        Assert.Contains(app.Get<WeightsLibrary>().List(ada), w => w.Name == "90");
        IReadOnlyList<Run> runs = app.Get<RunService>().List(ada, project.Id);
        Assert.Equal([RunStatus.Failed, RunStatus.Succeeded], runs.Select(r => r.Status));
        Assert.NotEmpty(await vera.GetByteArrayAsync($"/api/v1/projects/{project.Id}/runs/{runs[1].Id}/model"));
        Assert.Equal(2, app.Get<RankingService>().Get(ada, project.Id, dataset.Id).Last!.Report.Candidates.Count);
        Assert.Contains("fake", app.Get<BackboneSpeeds>().All(ada).Keys);
    }
}
