using System.Net;
using System.Security.Claims;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

public sealed class AccountTests : IDisposable
{
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task SetUp_WithTheConsolesCode_CreatesAnAdministratorOnce()
    {
        using HttpClient client = _app.Anonymous();
        string code = _app.Get<SetupCode>().Value;

        using (HttpResponseMessage wrong = await SetUpAsync(client, "AAAA-AAAA-AAAA", "Mallory"))
            Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        Assert.Empty(Users());
        // People type it in small letters and without the dashes.
        using (
            HttpResponseMessage right = await SetUpAsync(client, code.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant(), "Ada")
        )
        {
            Assert.Equal(HttpStatusCode.Redirect, right.StatusCode);
            // From here on, guesses of others do not keep this browser out.
            Assert.Contains(right.Headers.GetValues("Set-Cookie"), c => c.StartsWith("blazortransfer-browser=", StringComparison.Ordinal));
        }

        Assert.True(Assert.Single(Users()).IsAdmin);

        using HttpClient late = _app.Anonymous();
        using HttpResponseMessage again = await late.GetAsync("/setup");
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        Assert.False(_app.Get<SetupCode>().Matches(code));
    }

    [Fact]
    public async Task SetUp_ByTwoAtOnce_MakesOneAccount()
    {
        Assert.Empty(Users());

        await Parallel.ForAsync(
            0,
            8,
            async (i, _) =>
            {
                using IServiceScope scope = _app.Factory.Services.CreateScope();
                await scope.ServiceProvider.GetRequiredService<AccountService>().CreateFirstAsync($"User{i}", TestApp.Password);
            }
        );

        Assert.Single(Users());
    }

    [Fact]
    public void SetUpCode_AfterTooManyGuesses_OpensForNobody()
    {
        SetupCode code = _app.Get<SetupCode>();

        for (int i = 0; i < 20; i++)
            Assert.False(code.Matches($"guess {i}"));

        Assert.False(code.Matches(code.Value));
    }

    [Fact]
    public async Task SignIn_AfterTenWrongPasswords_IsLockedForTheRightOneToo()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();

        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage wrong = await TestApp.PostFormAsync(
                client,
                "/login",
                "login",
                ("UserName", "Ada"),
                ("Password", "not the password")
            );
            Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        }

        using HttpResponseMessage right = await TestApp.PostFormAsync(
            client,
            "/login",
            "login",
            ("UserName", "Ada"),
            ("Password", TestApp.Password)
        );
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Contains(PasswordSignIn.Refusal, await right.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_FromAPageOpenedBeforeAnotherTabSignedInOrOut_LeadsOnAndDoesNothing()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient browser = _app.Anonymous();
        string before = await TestApp.FormTokenAsync(browser, "/login");
        using (await TestApp.PostFormAsync(browser, "/login", "login", ("UserName", "Ada"), ("Password", TestApp.Password)))
        using (
            HttpResponseMessage signedIn = await TestApp.PostAsync(
                browser,
                "/login",
                "login",
                before,
                ("UserName", "Ada"),
                ("Password", TestApp.Password)
            )
        )
            Assert.Equal((HttpStatusCode.Redirect, "/"), (signedIn.StatusCode, signedIn.Headers.Location?.OriginalString));

        using HttpClient stranger = _app.Anonymous();
        using HttpResponseMessage anonymous = await TestApp.PostAsync(
            stranger,
            "/login",
            "login",
            before,
            ("UserName", "Ada"),
            ("Password", TestApp.Password)
        );
        Assert.Equal((HttpStatusCode.Redirect, "/login?stale=true"), (anonymous.StatusCode, anonymous.Headers.Location?.OriginalString));
        Assert.Contains("out of date", await stranger.GetStringAsync("/login?stale=true"), StringComparison.Ordinal);
        using HttpResponseMessage home = await stranger.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, home.StatusCode);
    }

    [Fact]
    public async Task SignIn_WithAnUnknownNameOrAWrongPassword_SaysTheSame()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();

        foreach (string name in new[] { "Ada", "Nobody" })
        {
            using HttpResponseMessage answer = await TestApp.PostFormAsync(
                client,
                "/login",
                "login",
                ("UserName", name),
                ("Password", "not the password")
            );
            Assert.Contains(PasswordSignIn.Refusal, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SignIn_WithoutTheAntiforgeryToken_IsRefused()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();
        using var content = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["_handler"] = "login",
                ["Input.UserName"] = "Ada",
                ["Input.Password"] = TestApp.Password,
            }
        );

        using HttpResponseMessage answer = await client.PostAsync("/login", content);

        Assert.Equal((HttpStatusCode.Redirect, "/login?stale=true"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.DoesNotContain(
            answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies) ? cookies : [],
            c => c.StartsWith("blazortransfer=", StringComparison.Ordinal)
        );
        using HttpResponseMessage home = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, home.StatusCode);
    }

    [Fact]
    public async Task DisabledAccount_CannotSignIn_AndEnabledAgainCan()
    {
        ClaimsPrincipal admin = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada", isAdmin: true));
        User user = await _app.CreateUserAsync("Ben");
        using HttpClient client = _app.Anonymous();

        SetDisabled(admin, user.Id, true);
        using (
            HttpResponseMessage refused = await TestApp.PostFormAsync(
                client,
                "/login",
                "login",
                ("UserName", "Ben"),
                ("Password", TestApp.Password)
            )
        )
            Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        SetDisabled(admin, user.Id, false);
        using HttpResponseMessage welcome = await TestApp.PostFormAsync(
            client,
            "/login",
            "login",
            ("UserName", "Ben"),
            ("Password", TestApp.Password)
        );
        Assert.Equal(HttpStatusCode.Redirect, welcome.StatusCode);
    }

    [Fact]
    public async Task TeamMethods_ForSomebodyWhoIsNoAdministrator_DoNotExist()
    {
        User ben = await _app.CreateUserAsync("Ben");
        ClaimsPrincipal principal = await _app.PrincipalAsync(ben);
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        AccountService accounts = scope.ServiceProvider.GetRequiredService<AccountService>();

        Assert.Throws<NotFoundException>(() => accounts.List(principal));
        await Assert.ThrowsAsync<NotFoundException>(() => accounts.CreateByAdminAsync(principal, "Carla"));
        Assert.Throws<NotFoundException>(() => accounts.SetDisabled(principal, ben.Id, true));
        Assert.Throws<NotFoundException>(() => accounts.ResetPassword(principal, ben.Id));
    }

    [Theory]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("https://elsewhere.example/")]
    public async Task SignIn_WithAReturnAddressElsewhere_GoesHome(string address)
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();

        using HttpResponseMessage answer = await TestApp.PostFormAsync(
            client,
            $"/login?returnUrl={Uri.EscapeDataString(address)}",
            "login",
            ("UserName", "Ada"),
            ("Password", TestApp.Password)
        );

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.DoesNotContain("elsewhere", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private void SetDisabled(ClaimsPrincipal admin, string userId, bool disabled)
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        scope.ServiceProvider.GetRequiredService<AccountService>().SetDisabled(admin, userId, disabled);
    }

    private IReadOnlyList<User> Users() => _app.Get<DocumentCollection<User>>().All();

    private static Task<HttpResponseMessage> SetUpAsync(HttpClient client, string code, string name) =>
        TestApp.PostFormAsync(client, "/setup", "setup", ("Code", code), ("UserName", name), ("Password", TestApp.Password));
}
