using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Routing;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Every endpoint and every service method of a project, as everybody who could ask.</summary>
public sealed class RoleMatrixTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    /// <summary>
    /// Statuses for a stranger, a viewer, an editor and the owner. A stranger gets what a missing project gets. 400 says that the
    /// request itself was looked at, so that the person was let in.
    /// </summary>
    private static readonly Dictionary<
        string,
        (HttpStatusCode Stranger, HttpStatusCode Viewer, HttpStatusCode Editor, HttpStatusCode Owner)
    > ProjectEndpoints = new()
    {
        ["GET /api/v1/projects/{projectId}"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/images/{sha256}"] = Reading,
        ["POST /api/v1/projects/{projectId}/datasets/uploads"] = (
            HttpStatusCode.NotFound,
            HttpStatusCode.Forbidden,
            HttpStatusCode.Accepted,
            HttpStatusCode.Accepted
        ),
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/ranking"] = Reading,
        // There are no weights to rank, and only who may start one is told so.
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/ranking"] = (
            HttpStatusCode.NotFound,
            HttpStatusCode.Forbidden,
            HttpStatusCode.BadRequest,
            HttpStatusCode.BadRequest
        ),
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/ranking/cancel"] = (
            HttpStatusCode.NotFound,
            HttpStatusCode.Forbidden,
            HttpStatusCode.OK,
            HttpStatusCode.OK
        ),
        ["GET /api/v1/projects/{projectId}/jobs"] = Reading,
        ["GET /api/v1/projects/{projectId}/jobs/{jobId}"] = Reading,
        // The import that the owner started.
        ["POST /api/v1/projects/{projectId}/jobs/{jobId}/cancel"] = (
            HttpStatusCode.NotFound,
            HttpStatusCode.Forbidden,
            HttpStatusCode.OK,
            HttpStatusCode.OK
        ),
        ["GET /api/v1/projects/{projectId}/runs"] = Reading,
        ["GET /api/v1/projects/{projectId}/runs/{runId}"] = Reading,
        ["POST /api/v1/projects/{projectId}/runs"] = (
            HttpStatusCode.NotFound,
            HttpStatusCode.Forbidden,
            HttpStatusCode.BadRequest,
            HttpStatusCode.BadRequest
        ),
        ["POST /api/v1/projects/{projectId}/runs/{runId}/cancel"] = (
            HttpStatusCode.NotFound,
            HttpStatusCode.Forbidden,
            HttpStatusCode.OK,
            HttpStatusCode.OK
        ),
        ["GET /api/v1/projects/{projectId}/runs/{runId}/events"] = Reading,
        ["GET /api/v1/projects/{projectId}/runs/{runId}/model"] = Reading,
    };

    private static (HttpStatusCode, HttpStatusCode, HttpStatusCode, HttpStatusCode) Reading =>
        (HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK);

    [Fact]
    public async Task EveryProjectEndpoint_ForEachRole_AnswersAsTheTableSays()
    {
        using HttpClient owner = await _app.SignInAsync("Olga"),
            editor = await _app.SignInAsync("Edgar"),
            viewer = await _app.SignInAsync("Vera"),
            stranger = await _app.SignInAsync("Mallory");
        ClaimsPrincipal olga = await PrincipalOfAsync("Olga");
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(olga);
        _app.SetRole(project.Id, "Edgar", ProjectRole.Editor);
        _app.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        Run run = await _app.SubmitAsync(olga, project, dataset, "succeed");
        await _app.WaitForEndAsync(run.Id);
        string jobId = Assert.Single(_app.Get<JobEngine>().List(project.Id)).Id;
        string sha256 = _app.Get<DatasetService>().Manifest(olga, project.Id, dataset.Id, 1).Samples[0].Sha256;
        string[] mapped =
        [
            .. _app.Get<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.RoutePattern.RawText!.Contains("api/v1/projects/{projectId}", StringComparison.Ordinal))
                .Select(e => $"{e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} /{e.RoutePattern.RawText!.Trim('/')}"),
        ];
        // A new endpoint must say here who may use it.
        Assert.Equal(ProjectEndpoints.Keys.Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));

        foreach (
            (
                string endpoint,
                (HttpStatusCode Stranger, HttpStatusCode Viewer, HttpStatusCode Editor, HttpStatusCode Owner) expected
            ) in ProjectEndpoints
        )
        {
            string path = endpoint
                .Replace("{projectId}", project.Id, StringComparison.Ordinal)
                .Replace("{datasetId}", dataset.Id, StringComparison.Ordinal)
                .Replace("{runId}", run.Id, StringComparison.Ordinal)
                .Replace("{jobId}", jobId, StringComparison.Ordinal)
                .Replace("{sha256}", sha256, StringComparison.Ordinal);
            foreach (
                (string who, HttpClient client, HttpStatusCode status) in new[]
                {
                    ("stranger", stranger, expected.Stranger),
                    ("viewer", viewer, expected.Viewer),
                    ("editor", editor, expected.Editor),
                    ("owner", owner, expected.Owner),
                }
            )
            {
                (HttpStatusCode actual, string body) = await SendAsync(client, path, dataset.Id);
                Assert.True(actual == status, $"{endpoint} as {who}: {actual} instead of {status}. {body}");
            }

            // Foreign and missing look alike, to the byte.
            Assert.Equal(
                await SendAsync(stranger, path.Replace(project.Id, TestApp.Nobody, StringComparison.Ordinal)),
                await SendAsync(stranger, path)
            );
        }
    }

    [Fact]
    public async Task ThingsOfOneProject_AskedForUnderAnother_AreNotThere()
    {
        using HttpClient owner = await _app.SignInAsync("Olga");
        ClaimsPrincipal olga = await PrincipalOfAsync("Olga");
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(olga);
        Project other = _app.Get<ProjectService>().Create(olga, "Other");
        Run run = await _app.SubmitAsync(olga, project, dataset, "succeed");
        await _app.WaitForEndAsync(run.Id);

        string[] paths =
        [
            $"datasets/{dataset.Id}",
            $"runs/{run.Id}",
            $"runs/{run.Id}/model",
            $"runs/{run.Id}/events",
            $"jobs/{Assert.Single(_app.Get<JobEngine>().List(project.Id)).Id}",
        ];
        foreach (string path in paths)
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(owner, $"GET /api/v1/projects/{other.Id}/{path}")).Status);
    }

    [Fact]
    public async Task EveryServiceMethod_ForEachRole_RefusesBeforeItActs()
    {
        ClaimsPrincipal owner = await NewPrincipalAsync("Olga"),
            editor = await NewPrincipalAsync("Edgar"),
            viewer = await NewPrincipalAsync("Vera"),
            stranger = await NewPrincipalAsync("Mallory");
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(owner);
        _app.SetRole(project.Id, "Edgar", ProjectRole.Editor);
        _app.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        Run run = await _app.SubmitAsync(owner, project, dataset, "succeed");
        await _app.WaitForEndAsync(run.Id);
        (ProjectRole Least, string Name, Action<ClaimsPrincipal> Call)[] calls =
        [
            (ProjectRole.Viewer, "members", user => _app.Get<ProjectService>().Members(user, project.Id)),
            (ProjectRole.Owner, "rename project", user => _app.Get<ProjectService>().Rename(user, project.Id, "Project", "")),
            (ProjectRole.Owner, "set member", user => _app.Get<ProjectService>().SetMember(user, project.Id, "Vera", ProjectRole.Viewer)),
            (ProjectRole.Owner, "remove member", user => _app.Get<ProjectService>().RemoveMember(user, project.Id, TestApp.Nobody)),
            (ProjectRole.Viewer, "imports", user => _app.Get<DatasetImports>().List(user, project.Id)),
            (ProjectRole.Viewer, "manifest", user => _app.Get<DatasetService>().Manifest(user, project.Id, dataset.Id, 1)),
            (ProjectRole.Viewer, "rejected", user => _app.Get<DatasetService>().Rejected(user, project.Id, dataset.Id, 1)),
            (ProjectRole.Editor, "sample", user => _app.Get<DatasetImports>().StartSample(user, project.Id)),
            (ProjectRole.Editor, "rename data set", user => _app.Get<DatasetService>().Rename(user, project.Id, dataset.Id, "Data")),
            (ProjectRole.Viewer, "log", user => _app.Get<RunService>().Log(user, project.Id, run.Id)),
            (ProjectRole.Viewer, "events", user => _app.Get<RunService>().Events(user, project.Id, run.Id, RunEventTail.Start)),
            (ProjectRole.Viewer, "lineage of a run", user => _app.Get<RunLineage>().OfRun(user, project.Id, run.Id)),
            (ProjectRole.Viewer, "lineage of the project", user => _app.Get<RunLineage>().OfProject(user, project.Id, 10)),
            (ProjectRole.Viewer, "model", user => _app.Get<RunService>().Model(user, project.Id, run.Id)),
            (ProjectRole.Viewer, "ranking", user => _app.Get<RankingService>().Get(user, project.Id, dataset.Id)),
            (ProjectRole.Editor, "cancel ranking", user => _app.Get<RankingService>().Cancel(user, project.Id, dataset.Id)),
            (ProjectRole.Editor, "cancel", user => _app.Get<RunService>().Cancel(user, project.Id, run.Id)),
        ];

        foreach ((ProjectRole least, string name, Action<ClaimsPrincipal> call) in calls)
        {
            Assert.Throws<NotFoundException>(() => call(stranger));
            Assert.ThrowsAny<Exception>(() => call(new ClaimsPrincipal(new ClaimsIdentity())));
            foreach (
                (ProjectRole role, ClaimsPrincipal user) in new[]
                {
                    (ProjectRole.Viewer, viewer),
                    (ProjectRole.Editor, editor),
                    (ProjectRole.Owner, owner),
                }
            )
            {
                Exception? refusal = Record.Exception(() => call(user));
                Assert.True(
                    role >= least ? refusal is null : refusal is ForbiddenException,
                    $"{name} as {role}: {refusal?.Message ?? "allowed"}"
                );
            }
        }

        // What destroys comes last, each first by those who may not.
        foreach (
            (ClaimsPrincipal user, Type refusal) in new[] { (stranger, typeof(NotFoundException)), (viewer, typeof(ForbiddenException)) }
        )
        {
            Assert.Throws(refusal, () => _app.Get<RunService>().Delete(user, project.Id, run.Id));
            Assert.Throws(refusal, () => _app.Get<DatasetService>().Delete(user, project.Id, dataset.Id));
            Assert.Throws(refusal, () => _app.Get<ProjectService>().Delete(user, project.Id));
        }

        Assert.Throws<ForbiddenException>(() => _app.Get<ProjectService>().Delete(editor, project.Id));
        _app.Get<RunService>().Delete(editor, project.Id, run.Id);
        _app.Get<DatasetService>().Delete(editor, project.Id, dataset.Id);
        _app.Get<ProjectService>().Delete(owner, project.Id);
        Assert.Empty(_app.Get<ProjectService>().List(owner));
        Assert.False(Directory.Exists(Path.Combine(_app.DataFolder, "runs", run.Id)));
    }

    [Fact]
    public async Task LastOwner_CannotLeave()
    {
        ClaimsPrincipal owner = await NewPrincipalAsync("Olga");
        Project project = _app.Get<ProjectService>().Create(owner, "Project");

        Assert.Throws<RefusedException>(() => _app.Get<ProjectService>().RemoveMember(owner, project.Id, UserClaims.IdOf(owner)));
        Assert.Throws<RefusedException>(() => _app.Get<ProjectService>().SetMember(owner, project.Id, "Olga", ProjectRole.Viewer));
    }

    [Theory]
    [InlineData("projects", "{}")]
    [InlineData("projects", """{"name": null}""")]
    [InlineData("projects", """{"name": "x", "description": "DESCRIPTION"}""")]
    [InlineData("projects/PROJECT/runs", "{}")]
    [InlineData("projects/PROJECT/runs", """{"datasetId": "x", "datasetVersion": 1, "backbone": null, "method": "fake-method"}""")]
    [InlineData(
        "projects/PROJECT/runs",
        """{"datasetId": "x", "datasetVersion": 1, "backbone": "fake", "method": "fake-method", "parameters": null}"""
    )]
    [InlineData("projects/PROJECT/runs", "no json")]
    public async Task Request_WithoutWhatItNeeds_IsRefusedAsItsOwnMistake(string path, string body)
    {
        using HttpClient owner = await _app.SignInAsync("Olga");
        string id = await TestApp.CreateProjectAsync(owner);
        using var content = new StringContent(
            body.Replace("DESCRIPTION", new string('x', 401), StringComparison.Ordinal),
            Encoding.UTF8,
            "application/json"
        );

        using HttpResponseMessage answer = await owner.PostAsync(
            $"/api/v1/{path.Replace("PROJECT", id, StringComparison.Ordinal)}",
            content
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Request_FromAnotherSitesPage_IsRefusedWhateverItsCookie()
    {
        using HttpClient owner = await _app.SignInAsync("Olga");
        string id = await TestApp.CreateProjectAsync(owner);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/datasets/uploads?name=x.zip")
        {
            Content = new ByteArrayContent([1]),
        };
        request.Headers.Add("Origin", "https://elsewhere.example");

        using HttpResponseMessage answer = await owner.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private async Task<ClaimsPrincipal> NewPrincipalAsync(string name) => await _app.PrincipalAsync(await _app.CreateUserAsync(name));

    private Task<ClaimsPrincipal> PrincipalOfAsync(string name) =>
        _app.PrincipalAsync(_app.Get<BlazorTransfer.Web.Storage.DocumentCollection<User>>().All().Single(u => u.UserName == name));

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpClient client,
        string methodAndPath,
        string datasetId = TestApp.Nobody
    )
    {
        string[] parts = methodAndPath.Split(' ');
        bool isUpload = parts[1].EndsWith("/uploads", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), isUpload ? parts[1] + "?name=x" : parts[1]);
        if (isUpload)
            request.Content = new ByteArrayContent([1, 2, 3]);
        else if (parts[0] == "POST")
            request.Content = JsonContent.Create(
                new
                {
                    datasetId,
                    datasetVersion = 1,
                    backbone = "none",
                    method = "none",
                }
            );
        using HttpResponseMessage answer = await client.SendAsync(request);
        string body = await answer.Content.ReadAsStringAsync();
        // Each problem document carries the trace of its own request.
        return (answer.StatusCode, Regex.Replace(body, "\"traceId\":\"[^\"]*\"", ""));
    }
}
