using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests;

/// <summary>What people who are signed in, through the real form and cookie, get of a project by their role in it.</summary>
public sealed class ProjectAccessTests : IDisposable
{
    private const string Password = "a long enough password";
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private readonly WebApplicationFactory<Program> _app;

    public ProjectAccessTests() => _app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseSetting("DataFolder", _data));

    public void Dispose()
    {
        _app.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task ProjectOfAnotherTeam_ForAStranger_LooksLikeOneThatDoesNotExist()
    {
        using HttpClient owner = await SignInAsync("Ada"), stranger = await SignInAsync("Mallory");
        string id = await CreateProjectAsync(owner);

        foreach (string path in new[] { "", "/runs", "/runs/0123456789abcdef0123", "/runs/0123456789abcdef0123/model", "/runs/0123456789abcdef0123/events" })
        {
            (HttpStatusCode foreignStatus, string foreignBody) = await GetAsync(stranger, $"/api/v1/projects/{id}{path}");
            (HttpStatusCode missingStatus, string missingBody) = await GetAsync(stranger, $"/api/v1/projects/0123456789abcdef0123{path}");
            Assert.Equal(HttpStatusCode.NotFound, foreignStatus);
            Assert.Equal((missingStatus, missingBody), (foreignStatus, foreignBody));
        }

        Assert.Equal("[]", (await GetAsync(stranger, "/api/v1/projects")).Body);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(owner, $"/api/v1/projects/{id}/runs")).Status);
    }

    [Fact]
    public async Task Viewer_WhoUploadsOrCancels_IsRefusedAndStillSees()
    {
        using HttpClient owner = await SignInAsync("Ada"), viewer = await SignInAsync("Vera");
        string id = await CreateProjectAsync(owner);
        string viewerId = _app.Services.GetRequiredService<DocumentCollection<User>>().All().Single(u => u.UserName == "Vera").Id;
        _app.Services.GetRequiredService<DocumentCollection<Project>>().Change(id, p => p.WithMember(viewerId, ProjectRole.Viewer));

        using HttpResponseMessage upload = await viewer.PostAsync($"/api/v1/projects/{id}/datasets/uploads?name=x.zip", new ByteArrayContent([1, 2, 3]), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, upload.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(viewer, $"/api/v1/projects/{id}")).Status);
    }

    private async Task<HttpClient> SignInAsync(string name)
    {
        using (IServiceScope scope = _app.Services.CreateScope())
        {
            IdentityResult created = await scope.ServiceProvider.GetRequiredService<UserManager<User>>().CreateAsync(new User { Id = Ids.New(), UserName = name }, Password);
            Assert.True(created.Succeeded, string.Join(' ', created.Errors.Select(e => e.Description)));
        }

        HttpClient client = _app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        string form = await client.GetStringAsync("/login", TestContext.Current.CancellationToken);
        string token = Regex.Match(form, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var fields = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "login",
            ["__RequestVerificationToken"] = token,
            ["Input.UserName"] = name,
            ["Input.Password"] = Password,
        });
        using HttpResponseMessage answer = await client.PostAsync("/login", fields, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    private static async Task<string> CreateProjectAsync(HttpClient owner)
    {
        using HttpResponseMessage created = await owner.PostAsJsonAsync("/api/v1/projects", new { name = "Secret" }, TestContext.Current.CancellationToken);
        created.EnsureSuccessStatusCode();
        return (await created.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetString()!;
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        // Each problem document carries the trace of its own request.
        return (answer.StatusCode, Regex.Replace(body, "\"traceId\":\"[^\"]*\"", ""));
    }
}
