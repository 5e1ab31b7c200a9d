using System.Security.Claims;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Web.Security;

/// <summary>
/// Events that an administrator looks for after an incident: sign-ins, changes of accounts and roles, and what was refused. Each line says
/// who and what. Sign-ins and refused requests say from where; other lines name the sign-in that they belong to. None holds a password, a
/// code or a cookie. What strangers type is not repeated.
/// </summary>
internal sealed class SecurityLog(ILogger<SecurityLog> log)
{
    /// <summary>An account is signed in; later lines of this sign-in name it as this one does.</summary>
    public void SignedIn(ClaimsPrincipal user, string source) => log.LogInformation("Signed in: {User}, from {Source}", Name(user), source);

    /// <summary>Somebody signed in with a password that an administrator passed on.</summary>
    public void InitialPasswordUsed(User user, string outcome, string source) =>
        log.LogInformation("Initial password of {User}: {Outcome}, from {Source}", Name(user), outcome, source);

    /// <param name="user">The account; null where there is none of the name that was typed.</param>
    /// <param name="reason">Why, for administrators; the page does not say it.</param>
    /// <param name="source">Address or known browser.</param>
    public void SignInRefused(User? user, string reason, string source) =>
        log.LogWarning("Sign-in refused: {User}, {Reason}, from {Source}", user is null ? "unknown name" : Name(user), reason, source);

    public void SetupCodeRefused(HttpContext context) =>
        log.LogWarning("Set-up code refused, from {Source}", context.Connection.RemoteIpAddress);

    public void SignedOut(ClaimsPrincipal user) => log.LogInformation("Signed out: {User}", Name(user));

    /// <summary>Something was done to an account, by its owner or by an administrator.</summary>
    /// <param name="by">Who did it; null for whoever holds the set-up code.</param>
    /// <param name="change">What, such as "disabled".</param>
    /// <param name="account">Name or id of the account.</param>
    public void AccountChanged(ClaimsPrincipal? by, string change, string account) =>
        log.LogInformation(
            "Account {Change}: {Account}, by {User}",
            change,
            $"'{NameRule.Plain(account)}'",
            by is null ? "the set-up code" : Name(by)
        );

    /// <summary>Somebody's role in a project, or the project itself, was changed.</summary>
    public void ProjectChanged(ClaimsPrincipal by, string change, string projectId) =>
        log.LogInformation("Project {Project}: {Change}, by {User}", projectId, NameRule.Plain(change), Name(by));

    /// <summary>A user asked for what their role does not allow.</summary>
    public void AccessRefused(ClaimsPrincipal user, string what) =>
        log.LogWarning("Access refused: {User}, {What}", Name(user), NameRule.Plain(what));

    public void AboveLimit(ClaimsPrincipal user, LimitedWork work) => log.LogWarning("Limit reached: {User}, {Work}", Name(user), work);

    /// <summary>A request was refused before anybody looked who sent it.</summary>
    public void RequestRefused(HttpContext context, string reason) =>
        log.LogWarning("Request refused: {Reason}, from {Source}", reason, context.Connection.RemoteIpAddress);

    private static string Name(User user) => $"'{NameRule.Plain(user.UserName)}' ({user.Id})";

    private static string Name(ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            ? $"'{NameRule.Plain(user.Identity?.Name ?? "")}' ({id}, sign-in {Sessions.MarkOf(user)})"
            : "nobody";
}
