using System.Security.Claims;
using System.Security.Cryptography;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>Accounts: the first one, further ones by an administrator, passwords.</summary>
internal sealed class AccountService(
    UserManager<User> manager,
    IPasswordHasher<User> hasher,
    DocumentCollection<User> users,
    Sessions sessions,
    SignInThrottle throttle,
    UserLimits limits,
    SecurityLog log,
    TimeProvider clock,
    IStringLocalizer<TeamTexts> texts
)
{
    // Two who hold the set-up code at once must not both become the first.
    private static readonly SemaphoreSlim FirstAccount = new(1);

    // Two administrators who disable or demote each other at once must not both succeed, or nobody would be left.
    private static readonly Lock Administration = new();
    private const int LongestName = 60;

    /// <summary>How long a password that an administrator passes on can be exchanged for one of the user's own.</summary>
    public static readonly TimeSpan InitialPasswordLife = TimeSpan.FromDays(7);
    private const string AccountPageSource = "account page";
    private const string PasswordAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    public async Task<(User? User, IReadOnlyList<string> Errors)> CreateFirstAsync(string name, string password)
    {
        await FirstAccount.WaitAsync();
        try
        {
            if (users.Count() > 0)
                return (null, [texts["FirstAccountExists"]]);
            (User? first, IReadOnlyList<string> errors) = await CreateAsync(name, password, isAdmin: true, isInitial: false);
            if (first is not null)
                log.AccountChanged(null, "created as administrator", first.UserName);
            return (first, errors);
        }
        finally
        {
            FirstAccount.Release();
        }
    }

    /// <summary>Creates an account with a password drawn here, which is shown once and signs in once.</summary>
    public async Task<(string? Password, IReadOnlyList<string> Errors)> CreateByAdminAsync(ClaimsPrincipal admin, string name)
    {
        UserClaims.RequireAdmin(admin);
        limits.Take(admin, LimitedWork.Creations);
        string password = NewPassword();
        (User? user, IReadOnlyList<string> errors) = await CreateAsync(name, password, isAdmin: false, isInitial: true);
        if (user is not null)
            log.AccountChanged(admin, "created", user.UserName);
        return (user is null ? null : password, errors);
    }

    public IReadOnlyList<User> List(ClaimsPrincipal admin)
    {
        UserClaims.RequireAdmin(admin);
        return [.. users.All().OrderBy(u => u.UserName, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>A disabled account cannot sign in, and all its sign-ins end at once.</summary>
    public void SetDisabled(ClaimsPrincipal admin, string userId, bool disabled)
    {
        UserClaims.RequireAdmin(admin);
        if (userId == UserClaims.IdOf(admin))
            throw new RefusedException(texts["OwnDisable"]);
        EndAsAdmin(admin, userId, user => user with { IsDisabled = disabled });
        log.AccountChanged(admin, disabled ? "disabled" : "enabled", userId);
    }

    /// <summary>Makes an account an administrator, or a member again, and ends its sign-ins, which carry the role. Nobody changes their
    /// own, so that an administrator always remains.</summary>
    public void SetAdministrator(ClaimsPrincipal admin, string userId, bool isAdmin)
    {
        UserClaims.RequireAdmin(admin);
        if (userId == UserClaims.IdOf(admin))
            throw new RefusedException(texts["OwnRole"]);
        EndAsAdmin(admin, userId, user => user with { IsAdmin = isAdmin });
        log.AccountChanged(admin, isAdmin ? "made an administrator" : "made a member", userId);
    }

    /// <summary>Gives an account a password drawn here, which is shown once, and ends all its sign-ins.</summary>
    public string ResetPassword(ClaimsPrincipal admin, string userId)
    {
        UserClaims.RequireAdmin(admin);
        if (userId == UserClaims.IdOf(admin))
            throw new RefusedException(texts["OwnReset"]);
        string password = NewPassword();
        string hash = hasher.HashPassword(new User { Id = userId }, password);
        DateTimeOffset until = clock.GetUtcNow() + InitialPasswordLife;
        EndAsAdmin(admin, userId, user => user with { PasswordHash = hash, InitialPasswordUntil = until });
        log.AccountChanged(admin, "given a new password", userId);
        return password;
    }

    /// <summary>Ends all sign-ins of the user's account, this one too.</summary>
    public void SignOutEverywhere(ClaimsPrincipal principal)
    {
        string userId = UserClaims.IdOf(principal);
        sessions.End(userId, user => user);
        log.AccountChanged(principal, "signed out everywhere", userId);
    }

    public async Task<IReadOnlyList<string>> ChangePasswordAsync(ClaimsPrincipal principal, string current, string next)
    {
        User user = await manager.GetUserAsync(principal) ?? throw new NotFoundException();
        // An open page that its owner left must not become a place to guess the password.
        if (!throttle.TryBegin(user.NormalizedUserName, AccountPageSource, isKnown: true))
        {
            log.AccessRefused(principal, "change of the password after too many attempts");
            return [texts["TooManyAttempts"]];
        }

        user.InitialPasswordUntil = null;
        IdentityResult result = await manager.ChangePasswordAsync(user, current, next);
        bool isWrong = result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch));
        if (isWrong)
            log.AccessRefused(principal, "change of the password with a wrong current one");
        else
            log.AccountChanged(principal, result.Succeeded ? "given a new password" : "not given a new password", user.UserName);
        if (!isWrong)
            throttle.Succeed(user.NormalizedUserName, AccountPageSource);
        return Errors(result);
    }

    /// <summary>Changes an account and ends its sign-ins, if who asks is an administrator at this moment, and not only in their
    /// cookie.</summary>
    private void EndAsAdmin(ClaimsPrincipal admin, string userId, Func<User, User> change)
    {
        lock (Administration)
        {
            if (users.Find(UserClaims.IdOf(admin)) is not { IsAdmin: true, IsDisabled: false })
                throw new NotFoundException();
            sessions.End(userId, change);
        }
    }

    private async Task<(User?, IReadOnlyList<string>)> CreateAsync(string name, string password, bool isAdmin, bool isInitial)
    {
        string userName;
        try
        {
            userName = TypedName.Check(name, LongestName, NamedThing.Account);
        }
        catch (RefusedException e)
        {
            return (null, [e.Message]);
        }

        var user = new User
        {
            Id = Ids.New(),
            UserName = userName,
            IsAdmin = isAdmin,
            CreatedAt = clock.GetUtcNow(),
            InitialPasswordUntil = isInitial ? clock.GetUtcNow() + InitialPasswordLife : null,
        };
        IdentityResult result = await manager.CreateAsync(user, password);
        return (result.Succeeded ? user : null, Errors(result));
    }

    private static string NewPassword() => RandomNumberGenerator.GetString(PasswordAlphabet, 16);

    private static IReadOnlyList<string> Errors(IdentityResult result) => [.. result.Errors.Select(e => e.Description)];
}
