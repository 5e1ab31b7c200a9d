using System.Net;
using System.Security.Claims;
using System.Text;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>What services and endpoints of a project answer to members and strangers; <see cref="EndpointMatrixTests"/> and
/// <see cref="ServiceMatrixTests"/> hold the complete tables.</summary>
public sealed class RoleMatrixTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

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
        {
            using HttpResponseMessage answer = await owner.GetAsync($"/api/v1/projects/{other.Id}/{path}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
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
}
