using System.Net;
using System.Text.RegularExpressions;
using BlazorTransfer.Web.Features.Team;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests;

/// <summary>Walks every route that the application maps, without an account.</summary>
public sealed class AnonymousAccessTests : IDisposable
{
    private static readonly string[] Open = ["/login", "/setup", "/health/live", "/health/ready", "/not-found"];
    private readonly string _data = Directory.CreateTempSubdirectory("blazortransfer-web-").FullName;
    private readonly WebApplicationFactory<Program> _app;

    public AnonymousAccessTests() => _app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseSetting("DataFolder", _data));

    public void Dispose()
    {
        _app.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task EveryPageAndEndpoint_WithoutSigningIn_IsRefused()
    {
        using HttpClient client = _app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        using (IServiceScope scope = _app.Services.CreateScope())
        {
            IdentityResult created = await scope.ServiceProvider.GetRequiredService<UserManager<User>>()
                .CreateAsync(new User { UserName = "Ada" }, "a long enough password");
            Assert.True(created.Succeeded, string.Join(' ', created.Errors.Select(e => e.Description)));
        }

        var walked = 0;
        foreach (RouteEndpoint endpoint in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string path = "/" + Regex.Replace(endpoint.RoutePattern.RawText ?? "", @"\{[^}]*\}", "0123456789abcdef0123").TrimStart('/');
            if (!path.StartsWith("/api", StringComparison.Ordinal) && !path.StartsWith("/hubs", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is null) continue;
            if (Open.Contains(path)) continue;
            string method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault() ?? "GET";
            bool isPage = !path.StartsWith("/api", StringComparison.Ordinal) && !path.StartsWith("/hubs", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new HttpMethod(isPage ? "GET" : method), path);
            using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

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
        using HttpClient client = _app.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

        using HttpResponseMessage answer = await client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal("/setup", answer.Headers.Location?.OriginalString);
    }
}
