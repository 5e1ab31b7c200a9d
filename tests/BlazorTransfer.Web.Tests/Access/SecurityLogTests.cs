using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>What the log says of security, and what it does not.</summary>
public sealed partial class SecurityLogTests : IDisposable
{
    private readonly RecordingLog _log = new();
    private readonly TestApp _app;

    public SecurityLogTests() => _app = new TestApp { Configure = services => services.AddSingleton<ILoggerProvider>(_log) };

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task SignInsAndTheirRefusals_AreLogged_WithoutWhatWasTyped()
    {
        using HttpClient ada = await _app.SignInAsync("Ada");
        using HttpClient stranger = _app.Anonymous();
        foreach (string name in new[] { "Ada", "my password by mistake" })
        {
            using HttpResponseMessage refused = await TestApp.PostFormAsync(
                stranger,
                "/login",
                "login",
                ("UserName", name),
                ("Password", "not the password")
            );
        }

        string[] lines = [.. _log.Lines];
        Assert.Contains(lines, l => l.StartsWith("Signed in: 'Ada' (", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("Sign-in refused: 'Ada' (", StringComparison.Ordinal) && l.Contains("wrong password"));
        Assert.Contains(lines, l => l.StartsWith("Sign-in refused: unknown name", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("by mistake") || l.Contains("not the password") || l.Contains(TestApp.Password));
    }

    [Fact]
    public async Task ChangesOfAccountsAndRoles_AndRefusals_AreLoggedWithWhoAskedForThem()
    {
        ClaimsPrincipal adam = await _app.PrincipalAsync(await _app.CreateUserAsync("Adam", isAdmin: true)),
            vera = await _app.PrincipalAsync(await _app.CreateUserAsync("Vera")),
            mallory = await _app.PrincipalAsync(await _app.CreateUserAsync("Mallory"));
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        AccountService accounts = scope.ServiceProvider.GetRequiredService<AccountService>();
        ProjectService projects = _app.Get<ProjectService>();
        Project project = projects.Create(adam, "Project");
        string veraId = UserClaims.IdOf(vera);

        projects.SetMember(adam, project.Id, "Vera", ProjectRole.Viewer);
        Assert.Throws<ForbiddenException>(() => projects.Rename(vera, project.Id, "Other", ""));
        Assert.Throws<NotFoundException>(() => projects.Rename(mallory, project.Id, "Other", ""));
        projects.RemoveMember(adam, project.Id, veraId);
        projects.Delete(adam, project.Id);
        (string? password, _) = await accounts.CreateByAdminAsync(adam, "Nina");
        accounts.SetDisabled(adam, veraId, disabled: true);
        string reset = accounts.ResetPassword(adam, veraId);
        await accounts.ChangePasswordAsync(mallory, TestApp.Password, "another long enough password");
        accounts.SignOutEverywhere(mallory);
        using (HttpClient client = _app.Anonymous())
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, "/logout");
            foreign.Headers.Add("Origin", "https://elsewhere.example");
            using HttpResponseMessage refused = await client.SendAsync(foreign);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        string[] lines = [.. _log.Lines];
        foreach (
            string expected in new[]
            {
                $"Vera ({veraId}) is Viewer, by 'Adam'",
                $"Access refused: 'Vera' ({veraId}, sign-in ",
                $"Owner of project {project.Id} needed",
                "Access refused: 'Mallory'",
                $"{veraId} is no member any more, by 'Adam'",
                "deleted, by 'Adam'",
                "Account created: 'Nina', by 'Adam'",
                $"Account disabled: '{veraId}', by 'Adam'",
                $"Account given a new password: '{veraId}', by 'Adam'",
                "Account given a new password: 'Mallory', by 'Mallory'",
                "Account signed out everywhere",
                "Request refused: from a page of another site",
            }
        )
            Assert.Contains(lines, l => l.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains(password!) || l.Contains(reset) || l.Contains("another long enough password"));
    }

    /// <summary>A line about a change does not say from where; the sign-in that it names does.</summary>
    [Fact]
    public async Task Changes_NameTheSignInThatTheyBelongTo()
    {
        using HttpClient ada = await _app.SignInAsync("Ada");
        Project bens = _app.Get<ProjectService>().Create(await _app.PrincipalAsync(await _app.CreateUserAsync("Ben")), "Ben's");
        using HttpResponseMessage refused = await ada.GetAsync($"/api/v1/projects/{bens.Id}");

        string[] marks = [.. _log.Lines.Select(l => SignIn().Match(l).Value).Where(m => m.Length > 0)];
        Assert.True(marks.Length >= 2, string.Join('\n', _log.Lines));
        Assert.Contains(
            _log.Lines.Where(l => l.StartsWith("Access refused: 'Ada'", StringComparison.Ordinal)),
            l => l.Contains(marks[0], StringComparison.Ordinal)
        );
        Assert.Contains(
            _log.Lines.Where(l => l.StartsWith("Signed in: 'Ada'", StringComparison.Ordinal)),
            l => l.Contains(marks[0], StringComparison.Ordinal) && l.Contains(", from ", StringComparison.Ordinal)
        );
    }

    [System.Text.RegularExpressions.GeneratedRegex("sign-in [0-9A-Z]{8}")]
    private static partial System.Text.RegularExpressions.Regex SignIn();

    [Fact]
    public void R57_NamesWithLineBreaks_StayInTheirLine()
    {
        var identity = new ClaimsIdentity([
            new(ClaimTypes.NameIdentifier, "1"),
            new(ClaimTypes.Name, "Ada\r\nSigned in: Adam\u001b[2J\u202e"),
        ]);
        _app.Get<SecurityLog>().SignedIn(new ClaimsPrincipal(identity), "somewhere");

        string line = Assert.Single(_log.Lines, l => l.StartsWith("Signed in", StringComparison.Ordinal));
        Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u202e');
    }

    [Fact]
    public void LinesOfTheConsole_HaveTheTimeInUtc()
    {
        string settings = Path.Combine(SharedFiles.RepositoryRoot, "src", "BlazorTransfer.Web", "appsettings.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(settings));

        JsonElement options = document.RootElement.GetProperty("Logging").GetProperty("Console").GetProperty("FormatterOptions");

        Assert.True(options.GetProperty("UseUtcTimestamp").GetBoolean());
        Assert.EndsWith("'Z' ", options.GetProperty("TimestampFormat").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersWithSecrets_AreForTheApplicationAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such permissions.");
            return;
        }

        DataFolder folder = _app.Get<DataFolder>();

        foreach (string path in new[] { folder.Keys, folder.Documents, folder.Backups })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    private sealed class RecordingLog : ILoggerProvider, ILogger
    {
        private static readonly string Category = typeof(SecurityLog).FullName!;

        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) =>
            categoryName == Category ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Enqueue(formatter(state, exception));

        public void Dispose() { }
    }
}
