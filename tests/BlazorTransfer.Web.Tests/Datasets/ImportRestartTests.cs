using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Storage;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>Imports that were accepted before the application was killed.</summary>
public sealed class ImportRestartTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;

    public void Dispose() => TestFolder.Delete(_data);

    [Fact]
    public async Task Uploads_Acknowledged_SurviveAKillAndBecomeOneDataSetEach()
    {
        const int uploads = 4;
        var expected = new List<string>();
        string copy,
            projectId;
        using (var app = new TestApp(_data))
        {
            using HttpClient client = await app.SignInAsync("Ada");
            projectId = await TestApp.CreateProjectAsync(client);
            for (int i = 0; i < uploads; i++)
                expected.Add(await UploadAsync(client, projectId, $"set {i}"));
            // Whatever each of them is at now: queued, running, published or ended.
            copy = app.CopyAsIfKilled();
        }

        using (var app = new TestApp(copy))
        {
            ClaimsPrincipal ada = await AdaAsync(app);
            foreach (BackgroundJob job in app.Get<JobEngine>().List(projectId))
                Assert.Equal(JobState.Succeeded, (await app.WaitForJobAsync(job.Id)).State);
            IReadOnlyList<Dataset> datasets = app.Get<DatasetService>().List(ada, projectId);
            Assert.Equal(expected.Order(StringComparer.Ordinal), datasets.Select(d => d.Id).Order(StringComparer.Ordinal));
            Assert.All(datasets, d => Assert.Equal((4, 2), (d.Latest.Images, d.Latest.Classes.Count)));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(copy, "jobs")));
        }

        TestFolder.Delete(copy);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("running")]
    [InlineData("published")]
    public async Task Import_KilledInEachState_GivesTheSameDataSetOnce(string state)
    {
        string projectId,
            zip = TestZip.Write(Path.Combine(_data, "set.zip"), TestZip.TwoClasses());
        DatasetManifest before;
        DatasetImport import;
        using (var app = new TestApp(_data))
        {
            ClaimsPrincipal ada = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));
            projectId = app.Get<ProjectService>().Create(ada, "Project").Id;
            string upload = Path.Combine(_data, "uploads", "x.zip");
            File.Copy(zip, upload);
            import = app.Get<DatasetImports>().StartZip(ada, projectId, "Data", upload);
            await app.WaitForJobAsync(import.Id);
            before = app.Get<DatasetService>().Manifest(ada, projectId, import.DatasetId, 1);
            if (state != "published")
                app.Get<DocumentCollection<Dataset>>().Remove(import.DatasetId);
            // Back to what the disk held at the moment of the kill.
            app.Get<DocumentCollection<BackgroundJob>>()
                .Change(
                    import.Id,
                    j =>
                        j with
                        {
                            State = state == "queued" ? JobState.Queued : JobState.Running,
                            Attempts = state == "queued" ? 0 : 1,
                            FinishedAt = null,
                            Result = null,
                        }
                );
            Directory.CreateDirectory(app.Get<DataFolder>().Job(import.Id));
            File.Copy(zip, Path.Combine(app.Get<DataFolder>().Job(import.Id), ImportJob.Upload));
        }

        using (var app = new TestApp(_data))
        {
            ClaimsPrincipal ada = await AdaAsync(app);
            BackgroundJob ended = await app.WaitForJobAsync(import.Id);
            Assert.Equal((JobState.Succeeded, state == "queued" ? 1 : 2), (ended.State, ended.Attempts));
            Assert.Equal(import.DatasetId, Assert.Single(app.Get<DatasetService>().List(ada, projectId)).Id);
            DatasetManifest after = app.Get<DatasetService>().Manifest(ada, projectId, import.DatasetId, 1);
            Assert.Equal(JsonSerializer.Serialize(before, ProtocolJson.Line), JsonSerializer.Serialize(after, ProtocolJson.Line));
        }
    }

    [Fact]
    public async Task UploadThatWaitsForAChoice_SurvivesTheEndOfTheApplication()
    {
        string projectId;
        PendingUpload before;
        using (var app = new TestApp(_data))
        {
            ClaimsPrincipal ada = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));
            projectId = app.Get<ProjectService>().Create(ada, "Project").Id;
            before = SampleFolder.AddPendingUpload(app, ada, projectId);
            await File.WriteAllTextAsync(Path.Combine(_data, "uploads", "unfinished.zip"), "x");
        }

        using (var app = new TestApp(_data))
        {
            ClaimsPrincipal ada = await AdaAsync(app);
            PendingUpload after = Assert.Single(app.Get<PendingUploads>().List(ada, projectId));
            Assert.Equal((before.Id, before.Name, before.AddedAt), (after.Id, after.Name, after.AddedAt));
            Assert.Equal(before.Question!.Message, after.Question!.Message);
            Assert.Equal(before.File, Assert.Single(Directory.GetFiles(Path.Combine(_data, "uploads"))));

            app.Get<PendingUploads>().Choose(ada, projectId, after.Id, TextEncoding.Find("gb18030"));

            BackgroundJob job = Assert.Single(app.Get<JobEngine>().List(projectId));
            Assert.Equal(JobState.Succeeded, (await app.WaitForJobAsync(job.Id)).State);
            Assert.Equal(0, app.Get<DocumentCollection<StoredUpload>>().Count());
        }
    }

    private static async Task<string> UploadAsync(HttpClient client, string projectId, string name)
    {
        string zip = TestZip.Write(Path.GetTempFileName(), TestZip.TwoClasses());
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(zip));
        File.Delete(zip);
        using HttpResponseMessage answer = await client.PostAsync(
            $"/api/v1/projects/{projectId}/datasets/uploads?name={Uri.EscapeDataString(name)}",
            content
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("datasetId").GetString()!;
    }

    private static Task<ClaimsPrincipal> AdaAsync(TestApp app) =>
        app.PrincipalAsync(app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ada"));
}
