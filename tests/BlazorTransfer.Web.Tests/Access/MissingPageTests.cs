using System.Net;
using System.Security.Claims;
using System.Text.RegularExpressions;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Pages about things that are not there.</summary>
public sealed class MissingPageTests : PageTests
{
    [Fact]
    public async Task EveryPageWithAnId_OfAMissingOrForeignThing_AnswersWith404AndATitle()
    {
        using HttpClient ada = await App.SignInAsync("Ada"),
            mallory = await App.SignInAsync("Mallory");
        ClaimsPrincipal user = await App.PrincipalAsync(App.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(user);
        Run run = await App.Get<RunService>()
            .SubmitAsync(
                user,
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
        await App.WaitForEndAsync(run.Id);
        Project other = App.Get<ProjectService>().Create(user, "Other");
        // A thing for each id in the address of a page.
        var ids = new Dictionary<string, string>
        {
            ["{ProjectId}"] = project.Id,
            ["{DatasetId}"] = dataset.Id,
            ["{RunId}"] = run.Id,
            ["{ExperimentId}"] = run.Submission.ExperimentId!,
            ["{Topic}"] = GuideTopics.Pitfalls,
        };
        int walked = 0;
        foreach (string pattern in PagesWithIds())
        {
            string there = ids.Aggregate(pattern, (address, id) => address.Replace(id.Key, id.Value, StringComparison.Ordinal));
            Assert.False(there.Contains('{', StringComparison.Ordinal), $"The page {pattern} names an id that this test has no thing for.");
            using (HttpResponseMessage answer = await ada.GetAsync(there))
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{there}: {answer.StatusCode}");
            if (there.Contains(project.Id, StringComparison.Ordinal))
                await RequireMissingAsync(mallory, there);
            // Each of the ids for itself.
            string[] named = [.. ids.Values.Where(id => there.Contains(id, StringComparison.Ordinal))];
            foreach (string id in named)
            {
                await RequireMissingAsync(ada, there.Replace(id, TestApp.Nobody, StringComparison.Ordinal));
                await RequireMissingAsync(ada, there.Replace(id, "no-id", StringComparison.Ordinal));
            }

            // A thing is not in another project, even of somebody who is in both.
            if (named.Length > 1)
                await RequireMissingAsync(ada, there.Replace(project.Id, other.Id, StringComparison.Ordinal));
            walked++;
        }

        Assert.True(walked >= 10, $"Only {walked} pages were found.");
    }

    [Fact]
    public void Boundary_AroundAPageOfAMissingThing_ShowsItWithoutAnErrorInTheLog()
    {
        var boundaryLog = new RecordingBoundaryLog();
        Services.AddSingleton<IErrorBoundaryLogger>(boundaryLog);
        Services.AddSingleton<ILogger<PageBoundary>>(NullLogger<PageBoundary>.Instance);

        IRenderedComponent<PageBoundary> missing = Render<PageBoundary>(p =>
            p.AddChildContent<Failing>(f => f.Add(c => c.Failure, new NotFoundException())).Add(b => b.ErrorContent, e => e.Message)
        );
        Assert.Contains("There is nothing here", missing.Markup, StringComparison.Ordinal);
        Assert.Equal(0, boundaryLog.Count);

        Render<PageBoundary>(p =>
            p.AddChildContent<Failing>(f => f.Add(c => c.Failure, new InvalidOperationException("a fault")))
                .Add(b => b.ErrorContent, e => e.Message)
        );
        Assert.Equal(1, boundaryLog.Count);
    }

    private string[] PagesWithIds() =>
        [
            .. App.Get<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
                .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
                .Where(pattern => pattern.Contains('{', StringComparison.Ordinal))
                .Distinct(),
        ];

    private static async Task RequireMissingAsync(HttpClient client, string address)
    {
        using HttpResponseMessage answer = await client.GetAsync(address);
        Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{address}: {answer.StatusCode}");
        string page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("Not found · BlazorTransfer", WebUtility.HtmlDecode(Regex.Match(page, "<title>([^<]*)</title>").Groups[1].Value));
        Assert.Contains("There is nothing here", page, StringComparison.Ordinal);
    }

    private sealed class RecordingBoundaryLog : IErrorBoundaryLogger
    {
        public int Count { get; private set; }

        public ValueTask LogErrorAsync(Exception exception)
        {
            Count++;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Failing : ComponentBase
    {
        [Parameter]
        public Exception Failure { get; set; } = null!;

        protected override void OnInitialized() => throw Failure;
    }
}
