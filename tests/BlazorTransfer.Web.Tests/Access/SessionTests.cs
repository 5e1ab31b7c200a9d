using System.Net;
using System.Security.Claims;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Jobs;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>How long a sign-in holds, wherever its cookie is.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly ManualClock _clock = new() { Now = DateTimeOffset.UtcNow };
    private readonly TestApp _app;

    public SessionTests() => _app = new TestApp { Configure = services => services.AddSingleton<TimeProvider>(_clock) };

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task SignOut_EndsTheSignIn_InCopiesOfItsCookieToo_AndNoOther()
    {
        string first = await _app.SignInCookieAsync("Ada"),
            second = await _app.SignInCookieAsync("Ada");
        Assert.NotEqual(first, second);

        using HttpResponseMessage answer = await SignOutAsync(first);

        Assert.Equal("\"cache\"", Assert.Single(answer.Headers.GetValues("Clear-Site-Data")));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(first));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second));
    }

    [Fact]
    public async Task SignOut_TellsOpenPagesAndStreams()
    {
        string cookie = await _app.SignInCookieAsync("Ada");
        string userId = _app.Get<DocumentCollection<User>>().All().Single().Id;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable watch = _app.Get<Revocations>().Begin(userId, _ => told.TrySetResult());

        using HttpResponseMessage answer = await SignOutAsync(cookie);

        await told.Task.WaitAsync(TestApp.HangLimit);
    }

    [Fact]
    public async Task SignIn_InABrowserThatIsSignedIn_EndsTheSignInBefore()
    {
        string first = await _app.SignInCookieAsync("Ada");
        using HttpClient browser = _app.Factory.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        browser.DefaultRequestHeaders.Add("Cookie", first);
        string token;
        using (HttpResponseMessage page = await browser.GetAsync(TestApp.SignInForm))
        {
            browser.DefaultRequestHeaders.Add("Cookie", Assert.Single(page.Headers.GetValues("Set-Cookie")).Split(';')[0]);
            token = await TestApp.FormTokenAsync(browser, TestApp.SignInForm);
        }

        using HttpResponseMessage again = await TestApp.PostAsync(
            browser,
            "/login",
            "login",
            token,
            ("UserName", "Ada"),
            ("Password", TestApp.Password)
        );

        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        string second = again.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("blazortransfer=", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(first));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second.Split(';')[0]));
    }

    [Fact]
    public async Task SignIn_ThatNobodyUses_EndsAfterTwoWeeks()
    {
        string cookie = await _app.SignInCookieAsync("Ada");

        _clock.Now += Sessions.LongestPause + TimeSpan.FromMinutes(1);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cookie));
    }

    [Fact]
    public async Task SignIn_ThatIsUsedEachDay_EndsAfterAMonth()
    {
        string cookie = await _app.SignInCookieAsync("Ada");
        int days = 0;
        for (; days < 60; days++)
        {
            using HttpResponseMessage answer = await SendAsync(cookie);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
                break;
            // A cookie that is used is renewed.
            if (answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? renewed))
                cookie = renewed.Single(c => c.StartsWith("blazortransfer=", StringComparison.Ordinal)).Split(';')[0];
            _clock.Now += TimeSpan.FromDays(1);
        }

        Assert.Equal(Sessions.LongestSession.Days, days);
    }

    [Fact]
    public async Task EndedSignIns_AreForgottenWithTheirAge_AndSurviveAChangeOfTheAccount()
    {
        User ada = await _app.CreateUserAsync("Ada");
        Sessions sessions = _app.Get<Sessions>();
        ClaimsPrincipal early = await _app.PrincipalAsync(ada);
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        UserManager<User> manager = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        // Identity holds the account from before the sign-in ends.
        User held = (await manager.FindByIdAsync(ada.Id))!;
        sessions.EndOne(early);
        held.UserName = "Ada Lovelace";

        Assert.True((await manager.UpdateAsync(held)).Succeeded);

        Assert.False(sessions.Holds(early));
        _clock.Now += Sessions.LongestSession;
        sessions.EndOne(await _app.PrincipalAsync(Stored(ada.Id)));
        Assert.Single(Stored(ada.Id).EndedSessions);
        Assert.False(sessions.Holds(early));
    }

    [Fact]
    public async Task Cookie_WithoutABegin_SignsNobodyIn()
    {
        User ada = await _app.CreateUserAsync("Ada");
        ClaimsPrincipal whole = await _app.PrincipalAsync(ada);
        var identity = new ClaimsIdentity(
            whole.Claims.Where(c => c.Type != UserClaims.SignedInAtClaim),
            IdentityConstants.ApplicationScheme
        );

        Assert.True(_app.Get<Sessions>().Holds(whole));
        Assert.False(_app.Get<Sessions>().Holds(new ClaimsPrincipal(identity)));
    }

    private User Stored(string id) => _app.Get<DocumentCollection<User>>().Find(id)!;

    private async Task<HttpResponseMessage> SignOutAsync(string cookie)
    {
        using HttpClient browser = _app.Factory.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        // The sign-in page has a form for whoever is signed in too, and its token is good for all forms.
        using (HttpResponseMessage page = await browser.GetAsync(TestApp.SignInForm))
            browser.DefaultRequestHeaders.Add("Cookie", Assert.Single(page.Headers.GetValues("Set-Cookie")).Split(';')[0]);
        string token = await TestApp.FormTokenAsync(browser, TestApp.SignInForm);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token });
        HttpResponseMessage answer = await browser.PostAsync("/logout", form);
        Assert.Equal((HttpStatusCode.Redirect, "/login"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        return answer;
    }

    private async Task<HttpStatusCode> AskAsync(string cookie)
    {
        using HttpResponseMessage answer = await SendAsync(cookie);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(string cookie)
    {
        using HttpClient client = _app.Factory.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        return await client.GetAsync("/api/v1/session");
    }
}
