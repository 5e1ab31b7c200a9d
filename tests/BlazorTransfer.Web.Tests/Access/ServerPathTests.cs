using System.Net;
using System.Security.Claims;
using System.Text;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Places of the server's files, which members have no business to know.</summary>
public sealed class ServerPathTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData("Could not find file '/srv/secret place/a b/x.pth'.", "Could not find file '…/x.pth'.")]
    [InlineData("/srv/secret/x.pth cannot be read.", "…/x.pth cannot be read.")]
    [InlineData("   at Fake.Run() in /src/secret/Program.cs:line 4", "   at Fake.Run() in …/Program.cs:line 4")]
    [InlineData("Access to the path '/srv/secret/' is denied.", "Access to the path '…/secret' is denied.")]
    [InlineData(@"The file C:\secret\x.pth is in use.", "The file …/x.pth is in use.")]
    [InlineData(
        "https://download.pytorch.org/models/x.pth cannot be reached.",
        "https://download.pytorch.org/models/x.pth cannot be reached."
    )]
    [InlineData("The weights 'weights/x.pth' do not fit: 3/4 tensors and/or more.", null)]
    [InlineData("train/ants/1.jpg has no label.", null)]
    public void R56_Message_NamesFilesButNotTheirPlaces(string message, string? expected)
    {
        Assert.Equal(expected ?? message, ServerPaths.Hide(message));
        Assert.Equal(expected ?? message, ServerPaths.Hide(ServerPaths.Hide(message)));
    }

    [Fact]
    public async Task R56_Problem_ToldToAProgram_HasNoPlace()
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        Exception[] failures =
        [
            new RefusedException($"'{_app.DataFolder}/weights/x.pth' cannot be read."),
            new BadHttpRequestException($"The body of '{_app.DataFolder}/x' is cut."),
        ];
        foreach (Exception failure in failures)
        {
            var body = new MemoryStream();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            context.Response.Body = body;
            await new AccessExceptionHandler().TryHandleAsync(context, failure, CancellationToken.None);

            string problem = Encoding.UTF8.GetString(body.ToArray());
            Assert.Contains("detail", problem, StringComparison.Ordinal);
            Assert.DoesNotContain(_app.DataFolder, problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void R56_Job_ThatFails_HasNoPlaceInItsError()
    {
        var job = new BackgroundJob
        {
            Id = "j",
            Kind = "k",
            OwnerId = "o",
            Title = "t",
            Input = default,
            CreatedAt = default,
        };

        BackgroundJob failed = job.Fail(Message.Plain("Something went wrong: Could not find file '/srv/secret/x'."), null, default);

        Assert.Equal("Something went wrong: Could not find file '…/x'.", failed.Error);
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("name-data-folder")]
    public async Task R56_Run_ThatFails_TellsMembersNoPlace(string behaviour)
    {
        using HttpClient client = await _app.SignInAsync("Olga");
        ClaimsPrincipal olga = await _app.PrincipalAsync(_app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Olga"));
        (Project project, Dataset dataset) = await _app.CreateProjectWithDataAsync(olga);
        Run run = await _app.WaitForEndAsync((await _app.SubmitAsync(olga, project, dataset, behaviour)).Id);

        // What .NET writes of a crash where the program's symbols are installed.
        File.AppendAllText(
            _app.Get<DataFolder>().Run(run.Id).WorkerLog,
            $"Could not find file '{_app.DataFolder}/a b/x.pth'.\n   at Fake.Run() in {SharedFiles.RepositoryRoot}/src/Program.cs:line 4\n"
        );

        string log = _app.Get<RunService>().Log(olga, project.Id, run.Id);
        string[] told =
        [
            await client.GetStringAsync($"/api/v1/projects/{project.Id}/runs/{run.Id}"),
            await client.GetStringAsync($"/api/v1/projects/{project.Id}/runs/{run.Id}/events"),
            await client.GetStringAsync($"/api/v1/projects/{project.Id}/jobs"),
            log,
        ];

        Assert.NotNull(run.Error);
        // All but the places is there.
        Assert.Contains("x.pth", log, StringComparison.Ordinal);
        Assert.Contains("Program.cs:line 4", log, StringComparison.Ordinal);
        foreach (string canary in new[] { _app.DataFolder, SharedFiles.RepositoryRoot })
            Assert.All(told, text => Assert.DoesNotContain(canary, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task R41_OriginalImage_OpenedByItself_IsADownloadOfItsKind()
    {
        using HttpClient client = await _app.SignInAsync("Olga");
        ClaimsPrincipal olga = await _app.PrincipalAsync(_app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Olga"));
        Project project = _app.Get<ProjectService>().Create(olga, "Project");
        // Images that are pages as well.
        byte[] page = Encoding.UTF8.GetBytes("<html><script>alert(1)</script></html>");
        Dataset dataset = await _app.ImportDatasetAsync(
            olga,
            project.Id,
            TestZip.TwoClasses().Select(f => (f.Item1, f.Item2.Concat(page).ToArray()))
        );
        string sha256 = _app.Get<DatasetService>().Manifest(olga, project.Id, dataset.Id, 1).Samples[0].Sha256;
        string address = $"/api/v1/projects/{project.Id}/datasets/{dataset.Id}/images/{sha256}";

        using HttpResponseMessage original = await client.GetAsync($"{address}?size=full"),
            thumbnail = await client.GetAsync($"{address}?size=thumbnail");

        Assert.Equal(HttpStatusCode.OK, original.StatusCode);
        Assert.Equal("attachment", original.Content.Headers.ContentDisposition?.DispositionType);
        Assert.StartsWith("image/", original.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], original.Headers.GetValues("X-Content-Type-Options"));
        // Drawn anew, so that nothing is in it but the picture.
        Assert.Equal("image/jpeg", thumbnail.Content.Headers.ContentType!.MediaType);
        Assert.Equal(-1, (await thumbnail.Content.ReadAsByteArrayAsync()).AsSpan().IndexOf("<html>"u8));
    }
}
