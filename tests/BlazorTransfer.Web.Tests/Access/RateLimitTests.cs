using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.SystemCheck;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

public sealed class RateLimitTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData("POST", "datasets/uploads?name=x")]
    [InlineData("POST", "runs")]
    [InlineData("GET", "runs/none/events")]
    [InlineData("GET", "runs/none/model")]
    public async Task R55_RequestsOfOneUser_AboveTheLimit_AreToldWhenToComeAgainAndHinderNobodyElse(string method, string path)
    {
        using HttpClient ada = await _app.SignInAsync("Ada"),
            ben = await _app.SignInAsync("Ben");
        HttpResponseMessage answer = await SendAsync(ada);
        // A window may end meanwhile; several in a row do not.
        for (int i = 0; i < 3000 && answer.StatusCode != HttpStatusCode.TooManyRequests; i++)
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            answer.Dispose();
            answer = await SendAsync(ada);
        }

        using (answer)
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
            Assert.Contains("Too many requests", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // From the same address.
        using HttpResponseMessage other = await SendAsync(ben);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);

        async Task<HttpResponseMessage> SendAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/projects/{TestApp.Nobody}/{path}");
            if (method == "POST")
                request.Content = JsonContent.Create(
                    new
                    {
                        datasetId = "x",
                        datasetVersion = 1,
                        backbone = "none",
                        method = "none",
                    }
                );
            return await client.SendAsync(request);
        }
    }

    [Fact]
    public async Task R55_WorkThatAPageStarts_SharesTheLimitOfRequests()
    {
        ClaimsPrincipal ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada", isAdmin: true));
        UserLimits limits = _app.Get<UserLimits>();
        foreach (LimitedWork work in Enum.GetValues<LimitedWork>())
            Exhaust(limits, ada, work);
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        var request = new RunRequest
        {
            DatasetId = "none",
            DatasetVersion = 1,
            Backbone = "none",
            Method = "none",
        };
        CancellationToken none = CancellationToken.None;
        (string Name, Func<Task> Call)[] calls =
        [
            ("create a project", () => Task.FromResult(_app.Get<ProjectService>().Create(ada, "Project"))),
            ("create an account", () => scope.ServiceProvider.GetRequiredService<AccountService>().CreateByAdminAsync(ada, "Nina")),
            ("draw the sample data set", () => Task.FromResult(_app.Get<DatasetImports>().StartSample(ada, TestApp.Nobody))),
            ("finish an upload", () => Run(() => _app.Get<PendingUploads>().Choose(ada, TestApp.Nobody, "none", TextEncoding.All[0]))),
            ("download weights", () => Run(() => _app.Get<WeightsDownloads>().Start(ada, "none"))),
            ("look into the weights folder", () => _app.Get<WeightsFolder>().LookNowAsync(ada, none)),
            ("inspect weights", () => _app.Get<WeightsLibrary>().InspectAsync(ada, "none", none)),
            ("start a run", () => _app.Get<RunService>().SubmitAsync(ada, TestApp.Nobody, request)),
            ("rank", () => _app.Get<RankingService>().StartAsync(ada, TestApp.Nobody, "none", [], withRandom: false)),
            ("find a rate", () => _app.Get<TuningService>().FindLearningRateAsync(ada, TestApp.Nobody, request, _ => { }, none)),
            ("find a batch size", () => _app.Get<TuningService>().FindBatchSizeAsync(ada, TestApp.Nobody, request, _ => { }, none)),
            ("preview", () => _app.Get<AugmentationPreviews>().DrawAsync(ada, TestApp.Nobody, request, 0, none)),
            ("measure", () => _app.Get<BackboneSpeeds>().MeasureAsync(ada, "fake", none)),
            ("check the system", () => _app.Get<SystemCheckService>().RunAsync(ada, none)),
            ("read events", () => Task.FromResult(_app.Get<RunService>().Events(ada, TestApp.Nobody, "none", 0, 10))),
            ("download a model", () => Task.FromResult(_app.Get<RunService>().Model(ada, TestApp.Nobody, "none"))),
        ];

        foreach ((string name, Func<Task> call) in calls)
        {
            Exception? refusal = await Record.ExceptionAsync(call);
            Assert.True(refusal is TooManyRequestsException { Seconds: >= 1 and <= 60 }, $"{name}: {refusal}");
            Assert.Matches(@"^Too many requests of this kind\. Wait \d+ s, then try again\.$", refusal.Message);
        }
    }

    [Fact]
    public void R55_EveryServiceThatStartsWork_AsksForTheLimit()
    {
        Type[] starters = [typeof(JobEngine), typeof(RunQueue), typeof(UploadReceiver)];
        string[] without =
        [
            .. typeof(RunService)
                .Assembly.GetTypes()
                .Where(t => t.Namespace?.StartsWith("BlazorTransfer.Web.Features", StringComparison.Ordinal) == true)
                .Where(t => t.GetMethods().Any(m => m.GetParameters().Any(p => p.ParameterType == typeof(ClaimsPrincipal))))
                .Where(t => ParametersOf(t).Intersect(starters).Any() && !ParametersOf(t).Contains(typeof(UserLimits)))
                .Select(t => t.Name),
        ];

        Assert.Empty(without);

        static IEnumerable<Type> ParametersOf(Type type) =>
            type.GetConstructors().SelectMany(c => c.GetParameters()).Select(p => p.ParameterType);
    }

    [Fact]
    public async Task R55_RequestLimitFactor_RaisesTheLimitOfPagesToo()
    {
        using var app = new TestApp(null, ("RequestLimitFactor", "3"));
        ClaimsPrincipal ada = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));

        for (int i = 0; i < 3 * UserLimits.PermitsOf(LimitedWork.Runs); i++)
            app.Get<UserLimits>().Take(ada, LimitedWork.Runs);

        Assert.True(Exhaust(app.Get<UserLimits>(), ada, LimitedWork.Runs) > 0);
    }

    /// <summary>Asks until it is refused twice in a row, so that the end of a window in between does not count.</summary>
    /// <returns>How often it was refused.</returns>
    private static int Exhaust(UserLimits limits, ClaimsPrincipal user, LimitedWork work)
    {
        int refusals = 0;
        for (int i = 0; i < 100_000 && refusals < 2; i++)
            refusals = Record.Exception(() => limits.Take(user, work)) is TooManyRequestsException ? refusals + 1 : 0;
        return refusals;
    }

    private static Task Run(Action call)
    {
        call();
        return Task.CompletedTask;
    }
}
