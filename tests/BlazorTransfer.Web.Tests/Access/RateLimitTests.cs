using System.Net;
using System.Net.Http.Json;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

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
    public void R55_EveryEndpointThatCostsMuch_HasALimit()
    {
        var limits = _app.Get<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.Contains("api/v1", StringComparison.Ordinal))
            .ToDictionary(
                e => $"{e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {e.RoutePattern.RawText!.Trim('/')}",
                e => e.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName
            );

        // Whatever receives a file, starts work or sends much; creating a project and cancelling are cheap.
        Assert.All(limits.Where(l => l.Key.EndsWith("/uploads", StringComparison.Ordinal)), l => Assert.Equal(RateLimits.Uploads, l.Value));
        Assert.All(
            limits.Where(l => l.Key.StartsWith("POST", StringComparison.Ordinal)),
            l =>
                Assert.True(
                    l.Value is not null || l.Key.EndsWith("/cancel", StringComparison.Ordinal) || l.Key == "POST api/v1/projects",
                    l.Key
                )
        );
        Assert.Equal(RateLimits.Events, limits["GET api/v1/projects/{projectId}/runs/{runId}/events"]);
        Assert.Equal(RateLimits.Exports, limits["GET api/v1/projects/{projectId}/runs/{runId}/model"]);
    }
}
