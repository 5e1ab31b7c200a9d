using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>What leaves the process: types made for the API, and no place on the server.</summary>
public sealed class ApiResponseTests : IDisposable
{
    private static readonly Type[] WithoutContent =
    [
        typeof(Ok),
        typeof(Accepted),
        typeof(PhysicalFileHttpResult),
        typeof(FileContentHttpResult),
        typeof(PushStreamHttpResult),
        typeof(RedirectHttpResult),
    ];

    private static readonly Type[] Leaves =
    [
        typeof(string),
        typeof(bool),
        typeof(int),
        typeof(long),
        typeof(double),
        typeof(DateTimeOffset),
        // A number, a text or a switch, as JSON has them.
        typeof(ParameterValue),
        // The events are the published protocol itself, the same in a run's folder, on the hub and here.
        typeof(RunEvent),
    ];

    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public void EveryEndpoint_Returns_TypesOfTheApiAlone()
    {
        int checkedResponses = 0;
        foreach (RouteEndpoint endpoint in _app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            // Endpoints of this application's own; pages, hubs and the framework's have no handler method here.
            if (endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler || handler.Module.Assembly != typeof(Program).Assembly)
                continue;
            Type result = handler.ReturnType;
            if (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(Task<>))
                result = result.GetGenericArguments()[0];
            if (WithoutContent.Contains(result))
                continue;
            string name = endpoint.RoutePattern.RawText!;
            Assert.True(
                result.IsGenericType && typeof(IResult).IsAssignableFrom(result),
                $"{name} returns {result.Name}, not a typed result."
            );
            RequireApiType(result.GetGenericArguments()[0], name);
            checkedResponses++;
        }

        Assert.True(checkedResponses >= 12, $"Only {checkedResponses} responses were found.");
    }

    [Fact]
    public async Task Journey_ThroughRunsThatSucceedAndFail_NeverNamesTheDataFolder()
    {
        using HttpClient ada = await _app.SignInAsync("Ada");
        User account = _app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ada");
        ClaimsPrincipal user = await _app.PrincipalAsync(account);
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(user);
        await _app.ImportWeightsAsync(user, "one");
        List<string> ids = [];
        foreach (string behaviour in new[] { "succeed", "report-failure", "exit-silently", "garbage", "name-data-folder" })
        {
            using HttpResponseMessage created = await ada.PostAsJsonAsync(
                $"/api/v1/projects/{project.Id}/runs",
                new
                {
                    datasetId = dataset.Id,
                    datasetVersion = 1,
                    backbone = "fake",
                    method = "fake-method",
                    parameters = new { behaviour },
                }
            );
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            ids.Add(JsonDocument.Parse(await SafeAsync(created)).RootElement.GetProperty("id").GetString()!);
            await _app.WaitForEndAsync(ids[^1]);
        }

        string runs = $"/api/v1/projects/{project.Id}/runs";
        string[] addresses =
        [
            "/api/v1/session",
            "/api/v1/weights",
            "/api/v1/projects",
            $"/api/v1/projects/{project.Id}",
            $"/api/v1/projects/{project.Id}/datasets",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/versions/1/skipped-files",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/ranking",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/versions",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/versions/1/differences",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/working-copy",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/working-copy/samples",
            $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/working-copy/changes",
            runs,
            .. ids.SelectMany(id => new[] { $"{runs}/{id}", $"{runs}/{id}/events" }),
        ];
        foreach (string address in addresses)
        {
            using HttpResponseMessage answer = await ada.GetAsync(address);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await SafeAsync(answer);
        }

        Assert.Equal(4, _app.Get<DocumentCollection<Run>>().All().Count(r => r is { Status: RunStatus.Failed, Error: not null }));
    }

    private async Task<string> SafeAsync(HttpResponseMessage answer)
    {
        string body = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain(_app.DataFolder, body, StringComparison.Ordinal);
        Assert.DoesNotContain(TestApp.FakeWorkerFolder, body, StringComparison.Ordinal);
        return body;
    }

    private static void RequireApiType(Type type, string where)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Leaves.Contains(type) || type.IsEnum)
            return;
        if (type.IsGenericType && typeof(System.Collections.IEnumerable).IsAssignableFrom(type))
        {
            foreach (Type argument in type.GetGenericArguments())
                RequireApiType(argument, where);
            return;
        }

        Assert.True(type.Name.EndsWith("Response", StringComparison.Ordinal), $"{where}: {type.FullName} is not a type of the API.");
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            RequireApiType(property.PropertyType, $"{where}, {property.Name}");
    }
}
