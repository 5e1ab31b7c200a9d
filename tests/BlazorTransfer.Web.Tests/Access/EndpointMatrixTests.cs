using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Every page, endpoint and hub method, as everybody who could ask. A new one must say here who may use it.</summary>
public sealed class EndpointMatrixTests : IDisposable
{
    private static readonly string[] People = ["stranger", "outsider", "viewer", "editor", "owner", "administrator"];

    // Statuses for the people above. A stranger is not signed in; outsider and administrator are no members of the project. 400 says that
    // the request itself was looked at, so that the person was let in; 302 leads to the sign-in.
    private static readonly int[] Reading = [401, 404, 200, 200, 200, 404];
    private static readonly int[] Editing = [401, 404, 403, 200, 200, 404];
    private static readonly int[] EditingRefused = [401, 404, 403, 400, 400, 404];
    private static readonly int[] SignedIn = [401, 200, 200, 200, 200, 200];
    private static readonly int[] SignedInRefused = [401, 400, 400, 400, 400, 400];
    private static readonly int[] Administrators = [401, 404, 404, 404, 404, 200];
    private static readonly int[] Everybody = [200, 200, 200, 200, 200, 200];
    private static readonly int[] Page = [302, 200, 200, 200, 200, 200];
    private static readonly int[] ProjectPage = [302, 404, 200, 200, 200, 404];
    private static readonly int[] AdministratorPage = [302, 404, 404, 404, 404, 200];

    private static readonly Dictionary<string, int[]> Expected = new()
    {
        ["PAGE /"] = Page,
        ["PAGE /account"] = Page,
        ["PAGE /networks"] = Page,
        ["PAGE /guide"] = Page,
        ["PAGE /guide/glossary"] = Page,
        ["PAGE /guide/{Topic}"] = Page,
        ["PAGE /guide/{Topic}/try"] = Page,
        ["PAGE /projects/{ProjectId}/networks"] = ProjectPage,
        // They lead on to /networks.
        ["GET /backbones"] = [302, 302, 302, 302, 302, 302],
        ["GET /weights"] = [302, 302, 302, 302, 302, 302],
        ["PAGE /team"] = AdministratorPage,
        ["PAGE /system"] = AdministratorPage,
        // Who is signed in has nothing to do there.
        ["PAGE /login"] = [200, 302, 302, 302, 302, 302],
        // There is an account already.
        ["PAGE /setup"] = [302, 302, 302, 302, 302, 302],
        ["PAGE /not-found"] = [302, 404, 404, 404, 404, 404],
        ["PAGE /projects/{ProjectId}"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets/{DatasetId}"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets/{DatasetId}/classes"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets/{DatasetId}/images"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets/{DatasetId}/ranking"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets/{DatasetId}/versions"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/datasets/{DatasetId}/versions/compare"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/jobs"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/lineage"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/members"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/experiments/{ExperimentId}"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/runs"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/runs/compare"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/runs/new"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/runs/{RunId}"] = ProjectPage,
        ["PAGE /projects/{ProjectId}/train"] = ProjectPage,
        ["ANY /health/live"] = Everybody,
        ["ANY /health/ready"] = Everybody,
        ["GET /api/v1/session"] = SignedIn,
        // Without its token the form is refused: strangers are led to the sign-in, others home.
        ["POST /logout"] = [302, 302, 302, 302, 302, 302],
        ["GET /api/v1/system"] = Administrators,
        ["POST /api/v1/system/checks"] = Administrators,
        ["GET /api/v1/weights"] = SignedIn,
        // The bytes are no weights.
        ["POST /api/v1/weights/uploads"] = SignedInRefused,
        ["GET /api/v1/projects"] = SignedIn,
        // The request has no name.
        ["POST /api/v1/projects"] = SignedInRefused,
        ["GET /api/v1/projects/{projectId}"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/versions/{number:int}/skipped-files"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/versions/{number:int}/import-report"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/images/{sha256}"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy/samples"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy/samples/history"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy/changes"] = Reading,
        // There is nothing to change, to undo or to publish.
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy/changes"] = EditingRefused,
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy/undo"] = EditingRefused,
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/working-copy/redo"] = EditingRefused,
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/versions"] = EditingRefused,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/versions"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/versions/{number:int}/differences"] = Reading,
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/versions/{number:int}/export"] = Reading,
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/versions/{number:int}/restore"] = Editing,
        // No upload waits.
        ["GET /api/v1/projects/{projectId}/datasets/uploads/{uploadId}/images/{number:int}"] = [401, 404, 403, 404, 404, 404],
        ["POST /api/v1/projects/{projectId}/datasets/uploads"] = [401, 404, 403, 202, 202, 404],
        ["GET /api/v1/projects/{projectId}/datasets/{datasetId}/ranking"] = Reading,
        // There are no weights to rank, and only who may start one is told so.
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/ranking"] = EditingRefused,
        ["POST /api/v1/projects/{projectId}/datasets/{datasetId}/ranking/cancel"] = Editing,
        ["GET /api/v1/projects/{projectId}/jobs"] = Reading,
        ["GET /api/v1/projects/{projectId}/jobs/{jobId}"] = Reading,
        // The import that the owner started.
        ["POST /api/v1/projects/{projectId}/jobs/{jobId}/cancel"] = Editing,
        ["GET /api/v1/projects/{projectId}/runs"] = Reading,
        ["GET /api/v1/projects/{projectId}/runs/{runId}"] = Reading,
        // Nothing to change.
        ["PATCH /api/v1/projects/{projectId}/runs/{runId}"] = Editing,
        ["POST /api/v1/projects/{projectId}/runs"] = EditingRefused,
        ["POST /api/v1/projects/{projectId}/runs/{runId}/cancel"] = Editing,
        // The run has ended.
        ["POST /api/v1/projects/{projectId}/runs/{runId}/stop"] = EditingRefused,
        ["GET /api/v1/projects/{projectId}/runs/{runId}/events"] = Reading,
        ["GET /api/v1/projects/{projectId}/runs/{runId}/model"] = Reading,
        // No connection with this id.
        ["ANY /hubs/runs"] = SignedInRefused,
        ["ANY /hubs/runs/negotiate"] = SignedIn,
        // The framework's own, for the circuits of pages.
        ["ANY /_blazor"] = [302, 400, 400, 400, 400, 400],
        ["ANY /_blazor/negotiate"] = Page,
        ["ANY /_blazor/disconnect"] = [302, 405, 405, 405, 405, 405],
        ["ANY /_blazor/initializers"] = Page,
        ["GET /_framework/opaque-redirect"] = [302, 400, 400, 400, 400, 400],
        // Static files that came after the start; there is none.
        ["GET /{**path:file}"] = [302, 404, 404, 404, 404, 404],
    };

    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task R45_EveryEndpointAndPage_ForEachPerson_AnswersAsTheTableSays()
    {
        await _app.CreateUserAsync("Adam", isAdmin: true);
        Dictionary<string, HttpClient> clients = new()
        {
            ["stranger"] = _app.Anonymous(),
            ["outsider"] = await _app.SignInAsync("Mallory"),
            ["viewer"] = await _app.SignInAsync("Vera"),
            ["editor"] = await _app.SignInAsync("Edgar"),
            ["owner"] = await _app.SignInAsync("Olga"),
            ["administrator"] = await _app.SignInAsync("Adam"),
        };
        Things things = await MakeThingsAsync();
        // The first question begins the check of the worker.
        await TestApp.WaitForAsync(() => clients["stranger"].GetAsync("/health/ready").GetAwaiter().GetResult().IsSuccessStatusCode);
        var wrong = new List<string>();
        wrong.AddRange(Mapped().Except(Expected.Keys).Select(e => $"{e} is not in the table."));
        wrong.AddRange(Expected.Keys.Except(Mapped()).Select(e => $"{e} is in the table and not in the application."));
        foreach ((string endpoint, int[] statuses) in Expected)
        {
            string path = things.In(endpoint);
            foreach ((string person, int status) in People.Zip(statuses))
            {
                (HttpStatusCode actual, string body) = await SendAsync(clients[person], path, things.DatasetId);
                if ((int)actual != status)
                    wrong.Add($"{endpoint} as {person}: {(int)actual} instead of {status}. {body[..Math.Min(body.Length, 100)]}");
            }

            // Foreign and missing look alike, to the byte.
            if (endpoint.Contains("{projectId}", StringComparison.Ordinal))
                Assert.Equal(
                    await SendAsync(clients["outsider"], path.Replace(things.ProjectId, TestApp.Nobody, StringComparison.Ordinal)),
                    await SendAsync(clients["outsider"], path)
                );
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        foreach (HttpClient client in clients.Values)
            client.Dispose();
    }

    [Fact]
    public void R45_StaticFiles_AreAllThatNeedsNoSignInBesidesTheOpenPages()
    {
        string[] open =
        [
            .. Routes()
                .Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>() is not null)
                .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
                .Select(Describe)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

        string[] expected =
        [
            .. Expected
                .Where(e => e.Value == Everybody || e.Key is "PAGE /login" or "PAGE /setup")
                .Select(e => e.Key)
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(string.Join('\n', expected), string.Join('\n', open));
    }

    [Fact]
    public async Task R45_EveryHubMethod_IsForMembers()
    {
        string[] methods =
        [
            .. typeof(RunHub)
                .Assembly.GetTypes()
                .Where(t => typeof(Hub).IsAssignableFrom(t))
                .SelectMany(t =>
                    t.GetMethods(
                        System.Reflection.BindingFlags.Public
                            | System.Reflection.BindingFlags.Instance
                            | System.Reflection.BindingFlags.DeclaredOnly
                    )
                )
                .Select(m => $"{m.DeclaringType!.Name}.{m.Name}"),
        ];
        // A new method must say here who may call it.
        Assert.Equal(["RunHub.StreamRun"], methods);
        await _app.CreateUserAsync("Adam", isAdmin: true);
        var cookies = new Dictionary<string, string>();
        foreach (string name in new[] { "Mallory", "Vera", "Edgar", "Olga", "Adam" })
            cookies[name] = await _app.SignInCookieAsync(name);
        Things things = await MakeThingsAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => StreamAsync(null, things));
        foreach (string name in new[] { "Mallory", "Adam" })
            await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => StreamAsync(cookies[name], things));
        foreach (string name in new[] { "Vera", "Edgar", "Olga" })
            Assert.NotEqual(0, await StreamAsync(cookies[name], things));
    }

    private IEnumerable<RouteEndpoint> Routes() => _app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private IEnumerable<string> Mapped() =>
        Routes().Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null).Select(Describe).Distinct();

    private static string Describe(RouteEndpoint endpoint)
    {
        string path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
        if (endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
            return $"PAGE {path}";
        IReadOnlyList<string> methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];
        return $"{(methods.Count == 0 ? "ANY" : methods[0])} {path}";
    }

    /// <summary>A project with a viewer, an editor and an owner, and one of each thing that it can have.</summary>
    private async Task<Things> MakeThingsAsync()
    {
        ClaimsPrincipal olga = await _app.PrincipalAsync(_app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Olga"));
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(olga);
        _app.SetRole(project.Id, "Edgar", ProjectRole.Editor);
        _app.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        Run run = await _app.Get<RunService>()
            .SubmitAsync(
                olga,
                project.Id,
                new RunRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    Repeats = 2,
                }
            );
        await TestApp.WaitForAsync(() => _app.Get<RunService>().List(olga, project.Id).All(r => r.Status.IsFinal()));
        string jobId = Assert.Single(_app.Get<JobEngine>().List(project.Id)).Id;
        string sha256 = _app.Get<DatasetService>().Manifest(olga, project.Id, dataset.Id, 1).Samples[0].Sha256;
        return new Things(project.Id, dataset.Id, run.Id, run.Submission.ExperimentId!, jobId, sha256);
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpClient client,
        string methodAndPath,
        string datasetId = TestApp.Nobody
    )
    {
        string[] parts = methodAndPath.Split(' ');
        string method =
            parts[1].EndsWith("/negotiate", StringComparison.Ordinal) ? "POST"
            : parts[0] is "PAGE" or "ANY" ? "GET"
            : parts[0];
        bool isUpload = parts[1].EndsWith("/uploads", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), isUpload ? parts[1] + "?name=x" : parts[1]);
        if (isUpload)
            request.Content = new ByteArrayContent([1, 2, 3]);
        else if (method is "POST" or "PATCH")
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

    /// <returns>How many events there were.</returns>
    private async Task<int> StreamAsync(string? cookie, Things things)
    {
        await using HubConnection hub = new HubConnectionBuilder()
            .WithUrl(
                new Uri(_app.Factory.Server.BaseAddress, "hubs/runs"),
                options =>
                {
                    options.HttpMessageHandlerFactory = _ => _app.Factory.Server.CreateHandler();
                    options.Transports = HttpTransportType.LongPolling;
                    if (cookie is not null)
                        options.Headers["Cookie"] = cookie;
                }
            )
            .AddJsonProtocol(json => json.PayloadSerializerOptions = ProtocolJson.Line)
            .Build();
        await hub.StartAsync();
        int seen = 0;
        await foreach (RunEvent _ in hub.StreamAsync<RunEvent>("StreamRun", things.ProjectId, things.RunId, 0L))
            seen++;
        return seen;
    }

    private sealed record Things(string ProjectId, string DatasetId, string RunId, string ExperimentId, string JobId, string Sha256)
    {
        /// <summary>The address with the ids of these things.</summary>
        public string In(string address) =>
            address
                .Replace("{**path:file}", "nothing-here.txt", StringComparison.Ordinal)
                .Replace("{projectId}", ProjectId, StringComparison.OrdinalIgnoreCase)
                .Replace("{datasetId}", DatasetId, StringComparison.OrdinalIgnoreCase)
                .Replace("{runId}", RunId, StringComparison.OrdinalIgnoreCase)
                .Replace("{experimentId}", ExperimentId, StringComparison.OrdinalIgnoreCase)
                .Replace("{jobId}", JobId, StringComparison.OrdinalIgnoreCase)
                .Replace("{Topic}", GuideTopics.Pitfalls, StringComparison.Ordinal)
                .Replace("{number:int}", "1", StringComparison.Ordinal)
                .Replace("{sha256}", Sha256, StringComparison.OrdinalIgnoreCase);
    }
}
