using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Walks every route that the application maps, without an account.</summary>
public sealed class AnonymousAccessTests : IDisposable
{
    private static readonly string[] Open = ["/login", "/setup", "/health/live", "/health/ready", "/not-found"];
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task EveryPageAndEndpoint_WithoutSigningIn_IsRefused()
    {
        using HttpClient client = _app.Anonymous();
        await _app.CreateUserAsync("Ada");
        var walked = 0;
        foreach (RouteEndpoint endpoint in _app.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string path = "/" + Regex.Replace(endpoint.RoutePattern.RawText ?? "", @"\{[^}]*\}", "0123456789abcdef0123").TrimStart('/');
            if (
                !path.StartsWith("/api", StringComparison.Ordinal)
                && !path.StartsWith("/hubs", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is null
            )
                continue;
            if (Open.Contains(path))
                continue;
            string method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault() ?? "GET";
            bool isPage = !path.StartsWith("/api", StringComparison.Ordinal) && !path.StartsWith("/hubs", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new HttpMethod(isPage ? "GET" : method), path);
            using HttpResponseMessage answer = await client.SendAsync(request);

            if (isPage)
            {
                Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{path}: {answer.StatusCode}");
                Assert.Contains("/login", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
            }
            else
            {
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {answer.StatusCode}");
            }

            walked++;
        }

        Assert.True(walked >= 20, $"Only {walked} routes were found.");
    }

    [Fact]
    public async Task SignedOutVisitor_BeforeTheFirstAccount_IsSentToSetUp()
    {
        using HttpClient client = _app.Anonymous();

        using HttpResponseMessage answer = await client.GetAsync("/");

        Assert.Equal("/setup", answer.Headers.Location?.OriginalString);
    }
}
