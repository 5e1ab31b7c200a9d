using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using System.Text.RegularExpressions;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>What the sign-in form tells, and how much work it does, for whoever guesses.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly ConcurrentQueue<string?> _hashes = new();
    private readonly TestApp _app;

    public SignInTests() =>
        _app = new TestApp { Configure = services => services.AddScoped<IPasswordHasher<User>>(_ => new WatchedHasher(_hashes.Enqueue)) };

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task R48_EveryKindOfAttempt_ComputesOneHashAndRefusesWithTheSamePage()
    {
        User ada = await _app.CreateUserAsync("Ada", isAdmin: true),
            ben = await _app.CreateUserAsync("Ben");
        await _app.CreateUserAsync("Locked");
        SetDisabled(await _app.PrincipalAsync(ada), ben.Id);
        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            await AttemptAsync("Locked", "not the password");

        (string Name, string Password)[] attempts =
        [
            ("Ada", "not the password"),
            ("Nobody", "not the password"),
            ("Ben", "not the password"),
            ("Ben", TestApp.Password),
            ("Locked", "not the password"),
            ("Locked", TestApp.Password),
            ("", ""),
        ];
        string? expected = null;
        foreach ((string name, string password) in attempts)
        {
            _hashes.Clear();
            (HttpStatusCode status, string page) = await AttemptAsync(name, password);

            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(_hashes.Count == 1, $"'{name}' with '{password}' computed {_hashes.Count} hashes.");
            Assert.Contains(PasswordSignIn.Refusal, page, StringComparison.Ordinal);
            Assert.Equal(expected ??= page, page);
        }

        _hashes.Clear();
        Assert.Equal(HttpStatusCode.Redirect, (await AttemptAsync("Ada", TestApp.Password)).Status);
        Assert.Single(_hashes);
    }

    [Fact]
    public async Task GuessesAtTheSameTime_AreTriedNoMoreOftenThanInARow()
    {
        User ada = await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();
        string token = await TestApp.FormTokenAsync(client, TestApp.SignInForm);
        _hashes.Clear();

        await Parallel.ForAsync(
            0,
            25,
            new ParallelOptions { MaxDegreeOfParallelism = 25 },
            async (i, _) =>
            {
                using HttpResponseMessage answer = await TestApp.PostAsync(
                    client,
                    "/login",
                    "login",
                    token,
                    ("UserName", "Ada"),
                    ("Password", $"guess {i}")
                );
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        );

        Assert.Equal(25, _hashes.Count);
        string stored = _app.Get<DocumentCollection<User>>().Find(ada.Id)!.PasswordHash!;
        Assert.Equal(SignInThrottle.FreeAttempts, _hashes.Count(h => h == stored));
    }

    [Fact]
    public async Task GuessesOfAStranger_KeepTheOwnersBrowserInWhereItSignedInBefore()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient own = await _app.SignInAsync("Ada");
        for (int i = 0; i < SignInThrottle.FreeAttempts + 2; i++)
            await AttemptAsync("Ada", "not the password");

        // From the stranger's browser, at the same address, not even the right password is tried.
        Assert.Equal(HttpStatusCode.OK, (await AttemptAsync("Ada", TestApp.Password)).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await AttemptAsync("Ada", TestApp.Password, own)).Status);
        // What the browser is known for is one account.
        await _app.CreateUserAsync("Ben");
        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            await AttemptAsync("Ben", "not the password");
        Assert.Equal(HttpStatusCode.OK, (await AttemptAsync("Ben", TestApp.Password, own)).Status);
    }

    [Fact]
    public async Task WrongCurrentPasswords_OnTheAccountPage_AreSlowedDownToo()
    {
        User ada = await _app.CreateUserAsync("Ada");
        ClaimsPrincipal principal = await _app.PrincipalAsync(ada);
        for (int i = 0; i < SignInThrottle.FreeAttempts; i++)
            Assert.NotEmpty(await ChangePasswordAsync(principal, "not the password"));
        _hashes.Clear();

        IReadOnlyList<string> errors = await ChangePasswordAsync(principal, TestApp.Password);

        Assert.Contains("too many attempts", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Empty(_hashes);
        // Signing in elsewhere has nothing to do with it.
        Assert.Equal(HttpStatusCode.Redirect, (await AttemptAsync("Ada", TestApp.Password)).Status);
    }

    private async Task<IReadOnlyList<string>> ChangePasswordAsync(ClaimsPrincipal principal, string current)
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        return await scope
            .ServiceProvider.GetRequiredService<AccountService>()
            .ChangePasswordAsync(principal, current, "another long enough password");
    }

    private void SetDisabled(ClaimsPrincipal admin, string userId)
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        scope.ServiceProvider.GetRequiredService<AccountService>().SetDisabled(admin, userId, disabled: true);
    }

    /// <returns>The status and the page, without what differs for each form.</returns>
    private async Task<(HttpStatusCode Status, string Page)> AttemptAsync(string name, string password, HttpClient? browser = null)
    {
        using HttpClient stranger = _app.Anonymous();
        // A signed-in browser gets a form of its own too; it is the cookie of the sign-in that a sign-out would take away.
        HttpClient client = browser ?? stranger;
        using HttpResponseMessage answer = await TestApp.PostFormAsync(
            client,
            "/login",
            "login",
            ("UserName", name),
            ("Password", password)
        );
        string page = await answer.Content.ReadAsStringAsync();
        page = Regex.Replace(page, "<input[^>]*>", "");
        return (answer.StatusCode, Regex.Replace(page, "<!--.*?-->", "", RegexOptions.Singleline));
    }
}
