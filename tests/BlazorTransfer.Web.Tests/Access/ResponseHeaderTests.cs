using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>What every answer tells a browser, and what pages hold.</summary>
public sealed partial class ResponseHeaderTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task EveryKindOfAnswer_HasTheSecurityHeaders_AndSaysWhatItIs()
    {
        using HttpClient ada = await _app.SignInAsync("Ada"),
            stranger = _app.Anonymous();
        string project = await TestApp.CreateProjectAsync(ada);
        var answers = new List<(string Name, HttpResponseMessage Answer)>
        {
            ("page", await ada.GetAsync("/")),
            ("form", await stranger.GetAsync("/login")),
            ("redirect", await stranger.GetAsync("/")),
            ("api", await ada.GetAsync($"/api/v1/projects/{project}")),
            ("missing", await ada.GetAsync($"/api/v1/projects/{TestApp.Nobody}")),
            ("missing page", await ada.GetAsync("/nothing-here")),
            ("bad request", await ada.PostAsync("/api/v1/projects", new StringContent("no json", null, "application/json"))),
            ("unauthorized", await stranger.GetAsync("/api/v1/session")),
            ("health", await stranger.GetAsync("/health/ready")),
            ("script", await stranger.GetAsync("/js/theme.js")),
            ("image", await stranger.GetAsync("/favicon.svg")),
        };
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/logout");
        foreign.Headers.Add("Origin", "https://elsewhere.example");
        answers.Add(("cross-origin", await ada.SendAsync(foreign)));
        using var renamed = new HttpRequestMessage(HttpMethod.Get, "/");
        renamed.Headers.Host = "elsewhere.example";
        answers.Add(("other name", await ada.SendAsync(renamed)));

        foreach ((string name, HttpResponseMessage answer) in answers)
        {
            using (answer)
            {
                Assert.True(PolicyOf(answer) is { Length: > 0 }, name);
                foreach (
                    (string header, string value) in new[]
                    {
                        ("X-Content-Type-Options", "nosniff"),
                        ("Referrer-Policy", "same-origin"),
                        ("Cross-Origin-Opener-Policy", "same-origin"),
                        ("Cross-Origin-Resource-Policy", "same-origin"),
                    }
                )
                    Assert.True(
                        answer.Headers.TryGetValues(header, out IEnumerable<string>? values) && values.Single() == value,
                        $"{name}: {header}"
                    );
                Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), name);
                Assert.NotNull(answer.Headers.CacheControl);
                bool isStatic = name is "script" or "image";
                Assert.True(isStatic || answer.Headers.CacheControl.NoStore, $"{name}: {answer.Headers.CacheControl}");
                if ((await answer.Content.ReadAsByteArrayAsync()).Length == 0)
                    continue;
                MediaTypeHeaderValue? type = answer.Content.Headers.ContentType;
                Assert.True(type is not null, $"{name} has no content type");
                if (
                    type.MediaType!.StartsWith("text/", StringComparison.Ordinal)
                    || type.MediaType.EndsWith("+xml", StringComparison.Ordinal)
                )
                    Assert.True(type.CharSet == "utf-8", $"{name}: {type}");
            }
        }
    }

    [Fact]
    public async Task UnexpectedFault_InProduction_IsAnsweredWithoutItsDetails_AndWithTheHeaders()
    {
        using var app = new TestApp(null, (HostDefaults.EnvironmentKey, "Production"))
        {
            Configure = services => services.AddSingleton<IStartupFilter>(new FailingRoute()),
        };
        using HttpClient client = await app.SignInAsync("Ada");
        Assert.True(app.Get<IHostEnvironment>().IsProduction());

        using HttpResponseMessage answer = await client.GetAsync(FailingRoute.Path);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain(FailingRoute.Secret, body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        Assert.NotEmpty(PolicyOf(answer));
    }

    [Fact]
    public async Task Trace_IsNotEchoed()
    {
        using HttpClient ada = await _app.SignInAsync("Ada");
        using var request = new HttpRequestMessage(HttpMethod.Trace, "/");
        request.Headers.Add("X-Probe", "probe value");

        using HttpResponseMessage answer = await ada.SendAsync(request);

        Assert.True((int)answer.StatusCode >= 400);
        Assert.DoesNotContain("probe value", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task R52_Pages_HaveNoInlineScriptAndNoHandlerInAnAttribute_AndThePolicyAllowsNone()
    {
        using HttpClient ada = await _app.SignInAsync("Ada"),
            stranger = _app.Anonymous();
        string project = await TestApp.CreateProjectAsync(ada);
        string[] pages =
        [
            .. _app.Get<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
                .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
                .Select(p => p.Replace("{ProjectId}", project, StringComparison.Ordinal))
                .Distinct(),
        ];
        Assert.True(pages.Length >= 15);
        foreach (string page in pages)
        {
            // Strangers see the forms, users everything else; of a thing that is not there, the page that says so.
            foreach (HttpClient client in new[] { ada, stranger })
            {
                using HttpResponseMessage answer = await client.GetAsync(Regex.Replace(page, @"\{\w+\}", TestApp.Nobody));
                string html = await answer.Content.ReadAsStringAsync();
                Assert.All(
                    Script().Matches(html),
                    s =>
                    {
                        Assert.Matches(@"\ssrc=""[^"":]+""", s.Groups[1].Value);
                        Assert.True(string.IsNullOrWhiteSpace(s.Groups[2].Value), $"{page}: {s.Value}");
                    }
                );
                Assert.DoesNotMatch(HandlerAttribute(), html);
                Assert.DoesNotMatch(ScriptAddress(), html);
                RequireStrict(PolicyOf(answer));
            }
        }

        Assert.Contains("<script src=", await ada.GetStringAsync("/"), StringComparison.Ordinal);
    }

    private static void RequireStrict(string policy)
    {
        Dictionary<string, string[]> directives = policy
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(d => d.Split(' '))
            .ToDictionary(d => d[0], d => d[1..]);
        Assert.Equal(["'self'"], directives["script-src"]);
        Assert.Equal(["'self'"], directives["default-src"]);
        Assert.Equal(["'none'"], directives["object-src"]);
        Assert.Equal(["'none'"], directives["frame-ancestors"]);
        Assert.Equal(["'self'"], directives["form-action"]);
        Assert.Equal(["'self'"], directives["base-uri"]);
        Assert.False(directives.ContainsKey("script-src-attr") || directives.ContainsKey("script-src-elem"));
    }

    private static string PolicyOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Content-Security-Policy", out IEnumerable<string>? values) ? values.Single() : "";

    [GeneratedRegex("<script([^>]*)>(.*?)</script>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Script();

    [GeneratedRegex(@"<[^>]*\son\w+\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex HandlerAttribute();

    [GeneratedRegex(@"=\s*[""']?\s*javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptAddress();

    /// <summary>A route that fails with a text that nobody outside should read.</summary>
    private sealed class FailingRoute : IStartupFilter
    {
        public const string Path = "/fails";
        public const string Secret = "secret-connection-string";

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                next(app);
                app.Use((HttpContext context, RequestDelegate _) => throw new InvalidOperationException(Secret));
            };
    }
}
