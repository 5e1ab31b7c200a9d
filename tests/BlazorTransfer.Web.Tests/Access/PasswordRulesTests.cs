using System.Net;
using System.Security.Claims;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Jobs;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Which passwords are taken, and what becomes of those that an administrator passes on.</summary>
public sealed class PasswordRulesTests : IDisposable
{
    private const string Own = "my very own password";
    private readonly ManualClock _clock = new() { Now = DateTimeOffset.UtcNow };
    private readonly TestApp _app;

    public PasswordRulesTests() => _app = new TestApp { Configure = services => services.AddSingleton<TimeProvider>(_clock) };

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData("123qweasdzxc")]
    [InlineData("QWERTY123456")]
    [InlineData("sunshine2024!")]
    [InlineData("!!!!!password")]
    [InlineData("dragondragon")]
    [InlineData("monkey123456")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("121212121212")]
    [InlineData("abcdefghijkl")]
    [InlineData("987654321098")]
    [InlineData("BlazorTransfer1!")]
    [InlineData("Gwendolin-2026")]
    [InlineData("qwerty123qwerty123")]
    [InlineData("trustno1trustno1")]
    [InlineData("abc123abc123")]
    [InlineData("summer2025summer")]
    [InlineData("qwertyuiopas")]
    [InlineData("asdfghjklqwe")]
    [InlineData("qwertzuiop123")]
    [InlineData("monkeydragon")]
    [InlineData("iloveyou iloveyou")]
    [InlineData("pass word 1234")]
    [InlineData("pa$$word12345")]
    [InlineData("aabbccddeeff")]
    [InlineData("00001111222233334444")]
    [InlineData("a1b2c3d4e5f6")]
    public void PasswordThatIsGuessedFirst_IsRefused(string password) => Assert.NotNull(PasswordRules.WhyRefused("Gwendolin", password));

    [Theory]
    [InlineData("annaschmidt2026")]
    [InlineData("schmidtanna123")]
    [InlineData("Anna-Schmidt!")]
    [InlineData("anna.schmidt1")]
    public void PasswordOfTheNamesWords_IsRefused(string password) => Assert.NotNull(PasswordRules.WhyRefused("Anna Schmidt", password));

    [Theory]
    [InlineData("a long enough password")]
    [InlineData("correct horse battery staple")]
    [InlineData("vw3k8n2hq5xj7b4m")]
    [InlineData("пароль из нескольких слов")]
    [InlineData("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧")]
    [InlineData("Gwendolin likes the sea")]
    public void PasswordOfAnyCharacters_IsTaken(string password) => Assert.Null(PasswordRules.WhyRefused("Gwendolin", password));

    [Fact]
    public async Task Password_OfTwelveToManyCharacters_IsTakenExactlyAsTyped()
    {
        string password = "  Ends with spaces, and is long: " + new string('x', 90) + "  ";
        User ada = await _app.CreateUserAsync("Ada", password: password);
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        UserManager<User> users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();

        Assert.True(await users.CheckPasswordAsync(ada, password));
        Assert.False(await users.CheckPasswordAsync(ada, password.Trim()));
        Assert.False(await users.CheckPasswordAsync(ada, password.ToLowerInvariant()));
        Assert.False(await users.CheckPasswordAsync(ada, password[..64]));
        foreach (string refused in new[] { "eleven char", new string('x', 200) + Guid.NewGuid() + new string('y', 100) })
            Assert.False((await users.CreateAsync(new User { Id = Ids.New(), UserName = "Ben" }, refused)).Succeeded);
    }

    [Fact]
    public async Task StoredHash_HasAsManyRoundsAsAreAskedForToday()
    {
        using var app = new TestApp { HasSlowHashes = true };
        User ada = await app.CreateUserAsync("Ada");

        // Format 1 of Identity: a mark, then the function and its rounds, both as four bytes.
        byte[] hash = Convert.FromBase64String(ada.PasswordHash!);
        Assert.Equal((1, 2), (hash[0], hash[4]));
        Assert.Equal(210_000u, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)));
    }

    [Fact]
    public async Task PasswordOfAnAdministrator_IsReplacedAtTheFirstSignIn()
    {
        string password = await InviteAsync("Nina");
        using HttpClient nina = _app.Anonymous();

        Assert.Contains(PasswordSignIn.OwnPasswordRequest, await AttemptAsync(nina, password), StringComparison.Ordinal);
        Assert.Contains("another password", await AttemptAsync(nina, password, password), StringComparison.Ordinal);
        Assert.Contains("guessed first", await AttemptAsync(nina, password, "password1234"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await SessionAsync(nina));
        Assert.Equal("", await AttemptAsync(nina, password, Own));
        Assert.Equal(HttpStatusCode.OK, await SessionAsync(nina));

        using HttpClient again = _app.Anonymous();
        Assert.Contains(PasswordSignIn.Refusal, await AttemptAsync(again, password), StringComparison.Ordinal);
        Assert.Equal("", await AttemptAsync(again, Own));
    }

    [Fact]
    public async Task PasswordOfAnAdministrator_AfterAWeek_OpensNothing_UntilThereIsAnother()
    {
        string password = await InviteAsync("Nina");
        _clock.Now += AccountService.InitialPasswordLife + TimeSpan.FromMinutes(1);
        using HttpClient nina = _app.Anonymous();

        Assert.Contains(PasswordSignIn.Refusal, await AttemptAsync(nina, password, Own), StringComparison.Ordinal);

        using IServiceScope scope = _app.Factory.Services.CreateScope();
        string next = scope
            .ServiceProvider.GetRequiredService<AccountService>()
            .ResetPassword(await AdministratorAsync(), Users().Single(u => u.UserName == "Nina").Id);
        Assert.Equal("", await AttemptAsync(nina, next, Own));
    }

    [Fact]
    public async Task FormThatIsRefused_DoesNotSendThePasswordBack()
    {
        await _app.CreateUserAsync("Nina");
        using HttpClient client = _app.Anonymous();

        string page = await AttemptAsync(client, "a password with a typo");

        Assert.DoesNotContain("a password with a typo", page, StringComparison.Ordinal);
        Assert.Contains("type=\"password\"", page, StringComparison.Ordinal);
    }

    private async Task<string> InviteAsync(string name)
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        (string? password, _) = await scope
            .ServiceProvider.GetRequiredService<AccountService>()
            .CreateByAdminAsync(await AdministratorAsync(), name);
        return password!;
    }

    private async Task<ClaimsPrincipal> AdministratorAsync() =>
        await _app.PrincipalAsync(Users().SingleOrDefault(u => u.UserName == "Adam") ?? await _app.CreateUserAsync("Adam", isAdmin: true));

    private IReadOnlyList<User> Users() => _app.Get<DocumentCollection<User>>().All();

    private static async Task<HttpStatusCode> SessionAsync(HttpClient client)
    {
        using HttpResponseMessage answer = await client.GetAsync("/api/v1/session");
        return answer.StatusCode;
    }

    /// <returns>The page; empty where the sign-in led on.</returns>
    private static async Task<string> AttemptAsync(HttpClient client, string password, string own = "")
    {
        using HttpResponseMessage answer = await TestApp.PostFormAsync(
            client,
            "/login",
            "login",
            ("UserName", "Nina"),
            ("Password", password),
            ("OwnPassword", own)
        );
        return answer.StatusCode == HttpStatusCode.Redirect ? "" : WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }
}
