using System.Net;
using BlazorTransfer.Web.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>What the application believes of who asks, and under which name.</summary>
public sealed class ReverseProxyTests
{
    private const string Proxy = "10.1.2.3";

    [Theory]
    [InlineData("", Proxy, false)]
    [InlineData("10.1.2.3", Proxy, true)]
    [InlineData("192.0.2.1, 10.0.0.0/8", Proxy, true)]
    [InlineData("10.1.2.4", Proxy, false)]
    [InlineData("10.1.2.3", "127.0.0.1", false)]
    public async Task R54_ForwardedHeaders_AreBelievedFromNamedProxiesAlone(string trusted, string connectsFrom, bool isBelieved)
    {
        using TestApp app = Behind(connectsFrom, ("TrustedProxies", trusted), ("AllowedHosts", "transfer.example.org"));
        await app.CreateUserAsync("Ada");
        // Without a jar for cookies, which would keep secure ones back from a proxy that speaks plain HTTP to us.
        using HttpClient client = app.Factory.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "transfer.example.org");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        using (HttpResponseMessage page = await client.GetAsync("/login"))
            client.DefaultRequestHeaders.Add("Cookie", Assert.Single(page.Headers.GetValues("Set-Cookie")).Split(';')[0]);
        string token = await TestApp.FormTokenAsync(client, "/login");
        // The page's own origin, as the browser has it.
        client.DefaultRequestHeaders.Add("Origin", "https://transfer.example.org");

        using HttpResponseMessage answer = await TestApp.PostAsync(
            client,
            "/login",
            "login",
            token,
            ("UserName", "Ada"),
            ("Password", TestApp.Password)
        );

        if (!isBelieved)
        {
            // The request came to another name than the page has.
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            return;
        }

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        string[] cookies = [.. answer.Headers.GetValues("Set-Cookie")];
        Assert.Equal(2, cookies.Length);
        Assert.All(cookies, RequireHostCookie);
    }

    [Fact]
    public async Task R50_CookiesOfTheForms_OverTls_AreSecure()
    {
        using var app = new TestApp();
        await app.CreateUserAsync("Ada");
        using HttpClient client = app.Factory.CreateClient(new() { BaseAddress = new Uri("https://localhost") });

        using HttpResponseMessage page = await client.GetAsync("/login");

        RequireHostCookie(Assert.Single(page.Headers.GetValues("Set-Cookie")));
        // And with them one is signed in.
        string token = await TestApp.FormTokenAsync(client, "/login");
        using (await TestApp.PostAsync(client, "/login", "login", token, ("UserName", "Ada"), ("Password", TestApp.Password))) { }
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/session")).StatusCode);
    }

    [Fact]
    public async Task R50_CookieOfTheSignIn_OverTlsWithoutThePrefix_SignsNobodyIn()
    {
        using var app = new TestApp();
        string cookie = await app.SignInCookieAsync("Ada");
        using HttpClient client = app.Factory.CreateClient(
            new()
            {
                BaseAddress = new Uri("https://localhost"),
                HandleCookies = false,
                AllowAutoRedirect = false,
            }
        );

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cookie));
        Assert.Equal(HttpStatusCode.OK, await AskAsync($"other=1; __Host-{cookie}"));

        async Task<HttpStatusCode> AskAsync(string cookies)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/session");
            request.Headers.Add("Cookie", cookies);
            using HttpResponseMessage answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    private static void RequireHostCookie(string cookie)
    {
        Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
        foreach (string attribute in new[] { "secure", "httponly", "samesite=", "path=/" })
            Assert.Contains(cookie.Split("; "), part => part.StartsWith(attribute, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Proxy_ThatIsNotNamed_CannotPretendAnotherAddress()
    {
        // The limit of sign-ins goes by address: with invented ones there would be none.
        using TestApp app = Behind(Proxy);
        await app.CreateUserAsync("Ada");
        using HttpClient client = app.Anonymous();
        string token = await TestApp.FormTokenAsync(client, "/login");
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 100 && !statuses.Contains(HttpStatusCode.TooManyRequests); i++)
        {
            client.DefaultRequestHeaders.Remove("X-Forwarded-For");
            client.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{i}");
            using HttpResponseMessage answer = await TestApp.PostAsync(
                client,
                "/login",
                "login",
                token,
                ("UserName", $"Somebody {i}"),
                ("Password", "not the password")
            );
            statuses.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Theory]
    [InlineData("10.0.0.0/40", "10.0.0.0/40")]
    [InlineData("10.1.2.3, proxy.example.org", "proxy.example.org")]
    public void TrustedProxies_ThatCannotBeRead_EndTheStartWithTheEntry(string setting, string entry)
    {
        using var app = new TestApp(null, ("TrustedProxies", setting));

        Exception failure = Assert.ThrowsAny<Exception>(() => app.Get<IOptions<BlazorTransferOptions>>().Value);

        Assert.Contains($"'{entry}'", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("transfer.example.org", true)]
    [InlineData("TRANSFER.example.org:8080", true)]
    [InlineData("a.team.example.org", true)]
    [InlineData("team.example.org.evil.example", false)]
    [InlineData("localhost", true)]
    [InlineData("gpu-box:5210", true)]
    [InlineData("gpu-box.local", true)]
    [InlineData("192.0.2.7:5210", true)]
    [InlineData("[2001:db8::1]:5210", true)]
    public async Task Request_UnderANameThatIsNotOurs_IsRefused(string host, bool isAllowed)
    {
        using var app = new TestApp(null, ("AllowedHosts", "transfer.example.org, *.team.example.org"));
        using HttpClient client = app.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Host = host;

        using HttpResponseMessage answer = await client.SendAsync(request);

        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            !isAllowed,
            (await answer.Content.ReadAsStringAsync()).Contains("BLAZORTRANSFER_AllowedHosts", StringComparison.Ordinal)
        );
    }

    /// <summary>An application whose connections come from one address.</summary>
    private static TestApp Behind(string address, params (string Name, string Value)[] settings) =>
        new(null, settings)
        {
            Configure = services => services.AddSingleton<IStartupFilter>(new ConnectionsFrom(IPAddress.Parse(address))),
        };

    private sealed class ConnectionsFrom(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                app.Use(
                    (context, following) =>
                    {
                        context.Connection.RemoteIpAddress = address;
                        return following(context);
                    }
                );
                next(app);
            };
    }
}
